//go:build !windows

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestWhoseFilesTheyAre: what others can read and what belongs to somebody else
// are two things, each with its own way out, which depends on who that is.
func TestWhoseFilesTheyAre(t *testing.T) {
	for _, row := range []struct {
		name   string
		owner  uint32
		before string // what the owner does
		user   uint32 // who runs doorkey then
		want   []string
	}{
		{"made by root, with sudo, and closed", 0, "git-credential-doorkey store <password", victimID,
			[]string{`permission denied by "STATE", which belongs to root`, "run: sudo chown -R 61001 'STATE'\n"}},
		{"a directory above, made in the same way", 0, "rmdir above && mkdir -m 700 above", victimID,
			[]string{`permission denied by "ABOVE", which belongs to root`, "run: sudo chown -R 61001 'ABOVE'\n"}},
		{"root with a user's home", victimID, "git-credential-doorkey store <password", 0,
			[]string{`h.example.json" belongs to user 61001` + "\n", "doorkey runs as root: run the command as user 61001, or with root's own home (sudo -H)\n"}},
		{"another user's", otherID, "git-credential-doorkey store <password; chmod -R a+rX $STATE", victimID,
			[]string{`h.example.json" belongs to user 61002` + "\n", "move it away if it is in your home\n"}},
		{"another user's, closed", otherID, "git-credential-doorkey store <password", victimID,
			[]string{`permission denied by "STATE", which belongs to user 61002` + "\n", "move it away if it is in your home\n"}},
		{"open to others", victimID, "git-credential-doorkey store <password; chmod 640 $STATE/*.json", victimID,
			[]string{`h.example.json": other users can read or change it` + "\n", "revoke them on the server\n", "run: chmod go-rwx 'STATE/https-h.example.json'\n"}},
		{"the user's own, closed", victimID, "git-credential-doorkey store <password; chmod 0 $STATE", victimID,
			[]string{`permission denied by "STATE"` + "\n", "see to it that you may read and write there, or set "}},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.state = filepath.Join(m.shared, "above", "state")
			m.must(t, row.user, "", "mkdir above && chmod 777 above")
			m.must(t, row.owner, storePassword, "cat >password && "+row.before)
			output, ok := m.as(t, row.user, askForHost, "git-credential-doorkey store <password 2>&1; git-credential-doorkey get")
			if ok {
				t.Errorf("it works: %s", output)
			}
			for _, want := range row.want {
				want = strings.NewReplacer("STATE", m.state, "ABOVE", filepath.Dir(m.state)).Replace(want)
				if !strings.Contains(output, want) {
					t.Errorf("%q is not said, but\n%s", want, output)
				}
			}
			if strings.Contains(output, "chmod") != (row.name == "open to others") {
				t.Errorf("a way out for something else:\n%s", output)
			}
		})
	}
}
