package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
	"git-credential-doorkey/internal/test/practice"
)

// TestNameThatOnlyTheSystemKnows: a name may be known only to mDNS or sssd, which a program
// without the C library does not ask. doorkey, which is released without it, says so.
func TestNameThatOnlyTheSystemKnows(t *testing.T) {
	if os.Getuid() != 0 {
		parts.Missing(t, "root, to mount a file", "run this test as root, as .ci/run does")
	}
	parts.Program(t, "unshare", "apt-get install util-linux")
	directory := t.TempDir()
	program := filepath.Join(directory, "git-credential-doorkey")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-tags="+practice.NoKeyring, "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	const host = "gitlab-of-mdns.local"
	sources := filepath.Join(directory, "nsswitch.conf") // so that no name server is asked
	if err := os.WriteFile(sources, []byte("hosts: files\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	login := exec.CommandContext(t.Context(), "unshare", "--mount", "sh", "-c", `mount --bind "$1" /etc/nsswitch.conf && shift && exec "$@"`,
		"sh", sources, program, "login", "https://"+host)
	login.Env = append(os.Environ(), "DOORKEY_STATE_DIR="+filepath.Join(directory, "state"), "DOORKEY_FLOW=device", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=credential.https://"+host+".oauthClientId", "GIT_CONFIG_VALUE_0=0123456789abcdef",
		"GIT_CONFIG_KEY_1=credential.https://"+host+".oauthProvider", "GIT_CONFIG_VALUE_1=gitlab")
	output, err := login.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "/etc/hosts and DNS") || !strings.Contains(string(output), host) {
		t.Errorf("%v: %s", err, output)
	}
}
