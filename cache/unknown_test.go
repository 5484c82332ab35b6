package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnknownMembersStay: what a later version has written beside an account is
// there when this one has written the file anew.
func TestUnknownMembersStay(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	account, secrets := grant("")
	put(t, c, InFile, account, secrets)
	path := c.path(origin, ".json")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const later = `"device_bound": {"to": ["a", true, null, 1.5]}`
	changed := strings.Replace(string(content), `"username": ""`, `"username": "", `+later, 1)
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	accounts, err := c.Accounts(origin)
	if err != nil {
		t.Fatal(err)
	}
	put(t, c, InFile, accounts[0], secrets)
	other, more := grant("other")
	put(t, c, InFile, other, more)
	if content, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(string(content)), " "); strings.Count(got, `"device_bound": { "to": [ "a", true, null, 1.5 ] }`) != 1 {
		t.Errorf("written: %s", content)
	}
	if accounts, err := c.Accounts(origin); err != nil || len(accounts) != 2 {
		t.Errorf("read: %v, %v", accounts, err)
	}
}
