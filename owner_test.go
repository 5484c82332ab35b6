//go:build !windows

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestWhoseFilesTheyAre: what others can read and what belongs to somebody else
// are two things, each with its own way out, which depends on who that is. Where
// nothing can be seen of what is kept, git is stopped only for a host that doorkey
// signs in to.
func TestWhoseFilesTheyAre(t *testing.T) {
	for _, row := range []struct {
		name   string
		owner  uint32
		before string // what the owner does
		user   uint32 // who runs doorkey then
		unseen bool   // of what is kept nothing can be seen
		want   []string
	}{
		{"made by root, with sudo, and closed", 0, "git-credential-doorkey store <password", victimID, true,
			[]string{`permission denied by "STATE", which belongs to root`, "run: sudo chown -R 61001 'STATE'\n"}},
		{"a directory above, made in the same way", 0, "rmdir above && mkdir -m 700 above", victimID, true,
			[]string{`permission denied by "ABOVE", which belongs to root`, "run: sudo chown -R 61001 'ABOVE'\n"}},
		{"root with a user's home", victimID, "git-credential-doorkey store <password", 0, false,
			[]string{`h.example.json" belongs to user 61001` + "\n", "doorkey runs as root: run the command as user 61001, or with root's own home (sudo -H)\n"}},
		{"another user's", otherID, "git-credential-doorkey store <password; chmod -R a+rX $STATE", victimID, false,
			[]string{`h.example.json" belongs to user 61002` + "\n", "move it away if it is in your home\n"}},
		{"another user's, closed", otherID, "git-credential-doorkey store <password", victimID, true,
			[]string{`permission denied by "STATE", which belongs to user 61002` + "\n", "move it away if it is in your home\n"}},
		{"open to others", victimID, "git-credential-doorkey store <password; chmod 640 $STATE/*.json", victimID, false,
			[]string{`h.example.json": other users can read or change it` + "\n", "revoke them on the server\n", "run: chmod go-rwx 'STATE/https-h.example.json'\n"}},
		{"the user's own, closed", victimID, "git-credential-doorkey store <password; chmod 0 $STATE", victimID, true,
			[]string{`permission denied by "STATE"` + "\n", "see to it that you may read and write there, or set "}},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.state = filepath.Join(m.shared, "above", "state")
			m.must(t, row.user, "", "mkdir above && chmod 777 above")
			m.must(t, row.owner, storePassword, "cat >password && "+row.before)
			output, ok := m.as(t, row.user, storePassword, "git-credential-doorkey store")
			if ok {
				t.Errorf("store works: %s", output)
			}
			const ours = "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.https://h.example.oauthClientId GIT_CONFIG_VALUE_0=id "
			for command, goesOn := range map[string]bool{"git-credential-doorkey get": row.unseen, ours + "git-credential-doorkey get": false} {
				output, ok = m.as(t, row.user, askForHost, command)
				if ok != goesOn || strings.Contains(output, "quit=1") == goesOn {
					t.Errorf("%s: git goes on %t, want %t: %s", command, ok, goesOn, output)
				}
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
