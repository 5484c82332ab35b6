package e2e

import (
	"cmp"
	"os/exec"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/test/sshd"
)

// sshdCommand is "sshd start [SETTING...]": a real sshd, with additional lines for its
// sshd_config. It sets $SSH_CONFIG, in which the host is called "there", $SSH_HOME, the
// home directory there, and $SSH_PATH, the PATH there. On that host, git trusts the
// script's GitLab. doorkey is not on PATH there, but at $DOORKEY.
func sshdCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || args[0] != "start" {
		ts.Fatalf("usage: sshd start [SETTING...]")
	}
	server := sshd.Start(test(ts), args[1:], "PATH="+cmp.Or(ts.Getenv("SSH_PATH"), "/usr/bin:/bin"), "SHELL=/bin/sh", "GIT_SSL_CAINFO="+ts.Getenv("GITLAB_CA"), "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
	program, err := exec.LookPath("git-credential-doorkey")
	ts.Check(err)
	ts.Setenv("DOORKEY", program)
	ts.Setenv("SSH_CONFIG", server.Config)
	ts.Setenv("SSH_HOME", server.Home)
}
