package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnknownMembersStay: members that a later version of doorkey has written into a file
// survive when this version writes the file again, wherever they are.
func TestUnknownMembersStay(t *testing.T) {
	const later = `"later": {"to": ["a", true, null, 1.5]}`
	for _, row := range []struct{ name, before string }{
		{"beside an account", `"username": "",`},
		{"at the top", `"version": 1,`},
		{"in the key", `"place": "file",`},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			account, secrets := grant("")
			put(t, c, InFile, account, secrets)
			path := c.path(origin, ".json")
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(content), row.before, row.before+" "+later+",", 1)
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
			if got := strings.Join(strings.Fields(string(content)), " "); strings.Count(got, `"later": { "to": [ "a", true, null, 1.5 ] }`) != 1 {
				t.Errorf("written: %s", content)
			}
			if accounts, err := c.Accounts(origin); err != nil || len(accounts) != 2 {
				t.Errorf("read: %v, %v", accounts, err)
			}
		})
	}
}
