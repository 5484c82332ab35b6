//go:build !windows

package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestWhoseFilesTheyAre: files that others can read and files that belong to another user
// are two different problems. Each has its own hint. It depends on who the owner is, and on
// who owns the directory above: doorkey never tells a user to take over "/". doorkey stops
// git only if it cannot read an existing file of accounts and it signs in to that host,
// because then only a grant can be stored there.
func TestWhoseFilesTheyAre(t *testing.T) {
	const (
		elsewhere = "hint: set DOORKEY_STATE_DIR to a directory that you own\n"
		homeless  = "hint: set HOME to your own home directory, or DOORKEY_STATE_DIR to a directory that you own\n"
	)
	for _, row := range []struct {
		name   string
		owner  uint32
		before string // the command that the owner runs
		user   uint32 // the user who runs doorkey after that
		with   string // the variables that are set, for env(1)
		unseen bool   // doorkey cannot see whether anything is stored
		want   []string
	}{
		{"made by root, with sudo, and closed", 0, "git-credential-doorkey store <password", victimID, "", true,
			[]string{`permission denied by "STATE", which belongs to root`, "hint: if it was created with sudo, run: sudo chown -R 61001 'STATE'\n",
				"hint: or set DOORKEY_STATE_DIR to a directory that you own\n"}},
		{"a directory above, made in the same way", 0, "mkdir -m 700 $STATE", victimID, "DOORKEY_STATE_DIR=$STATE/below/", true,
			[]string{`permission denied by "STATE", which belongs to root`, "run: sudo chown -R 61001 'STATE'\n"}},
		{"a file in it, made in the same way", 0, "mkdir -m 700 $STATE && git-credential-doorkey store <password && chown 61001 $STATE", victimID, "", false,
			[]string{`permission denied: it belongs to root`, "run: sudo chown -R 61001 'STATE/https-h.example.json'\n"}},
		{"root's directory in what is not the user's", 0, "rmdir above && mkdir -m 700 above", victimID, "", true,
			[]string{`permission denied by "ABOVE", which belongs to root` + "\n" + elsewhere}},
		{"no directory, and none can be made", 0, "chmod 755 . && rmdir above", victimID, "", true,
			[]string{`permission denied by "SHARED", which belongs to root` + "\n" + elsewhere}},
		{"a container's HOME", 0, "", victimID, "-u DOORKEY_STATE_DIR HOME=/", true,
			[]string{`"/.local/state/git-credential-doorkey": permission denied by "/", which belongs to root` + "\n" + homeless}},
		{"a service's HOME", 0, "", victimID, "-u DOORKEY_STATE_DIR HOME=/nonexistent", true,
			[]string{`permission denied by "/", which belongs to root` + "\n" + homeless}},
		{"root's HOME", 0, "mkdir -m 700 root", victimID, "-u DOORKEY_STATE_DIR HOME=$PWD/root", true,
			[]string{`permission denied by "SHARED/root", which belongs to root` + "\n" + homeless}},
		{"a container's HOME, and a state directory that is named", 0, "rmdir above && mkdir -m 700 above", victimID, "HOME=/", true,
			[]string{`permission denied by "ABOVE", which belongs to root` + "\n" + elsewhere}},
		{"a file where a directory has to be", victimID, "mkdir above/.local && : >above/.local/state", victimID, "-u DOORKEY_STATE_DIR HOME=$PWD/above", true,
			[]string{`cannot use the state directory: "ABOVE/.local/state" is not a directory` + "\nhint: move it away\nhint: or set DOORKEY_STATE_DIR to a directory that you own\n"}},
		{"somebody's file where a directory has to be, in what is not the user's", otherID, ": >theirs", victimID, "DOORKEY_STATE_DIR=$PWD/theirs", true,
			[]string{`cannot use the state directory: "SHARED/theirs" is not a directory` + "\n" + elsewhere}},
		{"a HOME that is no directory", 0, "", victimID, "-u DOORKEY_STATE_DIR HOME=/dev/null", true,
			[]string{`cannot use the state directory: "/dev/null" is not a directory` + "\n" + homeless}},
		{"root with a HOME that is none", 0, "", 0, "-u DOORKEY_STATE_DIR HOME=/dev/null", true,
			[]string{`cannot use the state directory: "/dev/null" is not a directory` + "\n" + homeless}},
		{"root with a device for a state directory", 0, "", 0, "DOORKEY_STATE_DIR=/dev/null", true,
			[]string{`cannot use the state directory: "/dev/null" is not a directory` + "\n" + elsewhere}},
		{"root with a user's home", victimID, "git-credential-doorkey store <password", 0, "", false,
			[]string{`h.example.json" belongs to user 61001` + "\n", "doorkey is running as root; run the command as user 61001, or with root's home directory (sudo -H)\n"}},
		{"another user's", otherID, "git-credential-doorkey store <password; chmod -R a+rX $STATE", victimID, "", false,
			[]string{`h.example.json" belongs to user 61002` + "\n" + elsewhere}},
		{"another user's, closed", otherID, "git-credential-doorkey store <password", victimID, "", true,
			[]string{`permission denied by "STATE", which belongs to user 61002` + "\nhint: move it away\nhint: or set "}},
		{"open to others", victimID, "git-credential-doorkey store <password; chmod 640 $STATE/*.json", victimID, "", false,
			[]string{`h.example.json": other users can read or change it` + "\n", "revoke them on the server\n",
				"move it away, or to make it private again, run: chmod go-rwx 'STATE/https-h.example.json'\n"}},
		{"the user's own, closed", victimID, "git-credential-doorkey store <password; chmod 0 $STATE", victimID, "", true,
			[]string{`permission denied by "STATE"` + "\n", "hint: make sure that you can read and write there\nhint: or set "}},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.state = filepath.Join(m.shared, "above", "state")
			m.must(t, row.user, "", "mkdir above && chmod 777 above")
			m.must(t, row.owner, storePassword, "cat >password; "+row.before)
			doorkey := "env " + row.with + " git-credential-doorkey "
			all, ok := m.as(t, row.user, storePassword, doorkey+"store")
			if ok {
				t.Errorf("store works: %s", all)
			}
			const ours = "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.https://h.example.oauthClientId GIT_CONFIG_VALUE_0=id "
			for command, stops := range map[string]bool{doorkey + "get": false, ours + doorkey + "get": !row.unseen} {
				output, ok := m.as(t, row.user, askForHost, command)
				if strings.Contains(output, "quit=1") != stops {
					t.Errorf("%s: is to stop git %t: %s", command, stops, output)
				}
				if command == doorkey+"get" && ok != row.unseen {
					t.Errorf("%s: succeeds %t, want %t: %s", command, ok, row.unseen, output)
				}
				all += output
			}
			named := strings.NewReplacer("STATE/", m.state+"/", `STATE"`, m.state+`"`, "STATE'", m.state+"'", "ABOVE", filepath.Dir(m.state), "SHARED", m.shared)
			wanted := named.Replace(strings.Join(row.want, ""))
			for _, want := range row.want {
				if want = named.Replace(want); !strings.Contains(all, want) {
					t.Errorf("%q is not said, but\n%s", want, all)
				}
			}
			for _, wayOut := range []string{"chown", "chmod", "move it away"} {
				if strings.Contains(all, wayOut) && !strings.Contains(wanted, wayOut) {
					t.Errorf("%q is a way out for something else:\n%s", wayOut, all)
				}
			}
		})
	}
}
