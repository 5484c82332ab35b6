//go:build !windows

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
	"git-credential-doorkey/internal/test/sshd"
)

// TestAttackByUserOverThere: the user logs in to a machine with "git credential-doorkey
// ssh". Another user of that machine gets neither the word of the session nor an answer.
func TestAttackByUserOverThere(t *testing.T) {
	if os.Getuid() != 0 {
		parts.Missing(t, "root, to be two other users", "run this test as root, as .ci/run does")
	}
	parts.Program(t, "curl", "apt-get install curl")
	parts.Program(t, "setpriv", "apt-get install util-linux")
	server := sshd.Start(t, nil, "PATH="+os.Getenv("PATH"), "SHELL=/bin/sh")
	for _, row := range []struct{ name, command string }{
		{"lists the directory", "ls $DOORKEY_FORWARD"},
		{"reads the word", "cat $DOORKEY_FORWARD/get"},
		{"asks for the word", "curl -q -s -f --unix-socket $DOORKEY_FORWARD/s http://doorkey/word"},
		{"asks who answers", "curl -q -s -f --unix-socket $DOORKEY_FORWARD/s -d '' http://doorkey/about"},
		{"removes the socket", "rm -f $DOORKEY_FORWARD/s"},
		{"moves the directory", "mv $DOORKEY_FORWARD /tmp/doorkey-stolen"},
		{"ends the session", ": >$DOORKEY_FORWARD/alive"},
	} {
		t.Run(row.name, func(t *testing.T) {
			// The session answers git, which shows that the attacker had something to
			// reach.
			command := "test -S $DOORKEY_FORWARD/s && echo served; setpriv --reuid 61002 --regid 61002 --clear-groups sh -c '" + strings.ReplaceAll(row.command, "'", `'\''`) + "' && echo works"
			doorkey := exec.CommandContext(t.Context(), "git-credential-doorkey", "ssh", "-F", server.Config, "there", command)
			doorkey.Env = append(os.Environ(), "DOORKEY_STATE_DIR="+filepath.Join(t.TempDir(), "state"))
			output, _ := doorkey.Output() // the exit code is that of the attack
			if string(output) != "served\n" {
				t.Errorf("got %q", output)
			}
		})
	}
}
