// Package keyring starts a real keyring for tests: gnome-keyring on a
// session bus of its own, which no other process of the machine sees.
package keyring

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/parts"
)

// install is how to get what Start needs.
const install = "apt-get install --no-install-recommends dbus gnome-keyring"

// Keyring is a running keyring.
type Keyring struct {
	// Address is what DBUS_SESSION_BUS_ADDRESS has to be for those who are to
	// use it.
	Address string

	t      testing.TB
	bus    *exec.Cmd
	daemon *exec.Cmd
	home   string
}

// Start starts a session bus and an unlocked, empty keyring, and ends both with
// the test.
func Start(t testing.TB) *Keyring {
	t.Helper()
	k := StartBus(t)
	k.startDaemon()
	return k
}

// StartBus starts a session bus without a keyring on it.
func StartBus(t testing.TB) *Keyring {
	t.Helper()
	parts.Program(t, "dbus-daemon", install)
	parts.Program(t, "gnome-keyring-daemon", install)
	k := &Keyring{t: t, home: filepath.Join(t.TempDir(), "home")}
	if err := os.Mkdir(k.home, 0o700); err != nil { // gnome-keyring wants it private
		t.Fatal(err)
	}
	k.bus = exec.Command("dbus-daemon", "--config-file="+k.configuration(), "--nofork", "--print-address")
	output, err := k.bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.bus.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.KillBus)
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("the session bus printed no address: %v", err)
	}
	k.Address = strings.TrimSpace(line)
	return k
}

// configuration is that of a session bus which starts no services by itself:
// what answers on it is what the test started.
func (k *Keyring) configuration() string {
	path := filepath.Join(k.home, "bus.conf")
	const content = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		k.t.Fatal(err)
	}
	return path
}

// startDaemon starts gnome-keyring, unlocked by a password that it is given,
// and waits until it has taken its name on the bus.
func (k *Keyring) startDaemon() {
	k.t.Helper()
	k.daemon = exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", "--control-directory="+k.home)
	k.daemon.Env = append(os.Environ(), "HOME="+k.home, "XDG_DATA_HOME="+k.home, "XDG_RUNTIME_DIR="+k.home, "DBUS_SESSION_BUS_ADDRESS="+k.Address)
	k.daemon.Stdin = strings.NewReader("password")
	var log bytes.Buffer
	k.daemon.Stderr = &log
	if err := k.daemon.Start(); err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(k.Kill)
	// One that was killed a moment ago may still have the name.
	own := fmt.Sprintf("uint32 %d\n", k.daemon.Process.Pid)
	for end := time.Now().Add(startLimit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if strings.HasSuffix(k.owner(), own) {
			return
		}
	}
	k.Kill()
	k.t.Fatalf("gnome-keyring did not take its name on the bus within %v: %s", startLimit, log.String())
}

// startLimit is what a cold start on a busy machine stays below.
const startLimit = time.Minute

// owner is what the bus says of the process that has the keyring's name, "" if
// it says that there is none.
func (k *Keyring) owner() string {
	answer, err := exec.Command("dbus-send", "--bus="+k.Address, "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
		"org.freedesktop.DBus.GetConnectionUnixProcessID", "string:org.freedesktop.secrets").Output()
	if err != nil {
		return ""
	}
	return string(answer)
}

// KillBus ends the session bus, as at the end of a session.
func (k *Keyring) KillBus() { stop(k.bus) }

// Kill ends the keyring daemon, as a crash would. The bus stays, and knows.
func (k *Keyring) Kill() {
	stop(k.daemon)
	for end := time.Now().Add(startLimit); k.owner() != "" && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
}

// Restart starts the keyring daemon again, unlocked, with what it has kept.
func (k *Keyring) Restart() { k.t.Helper(); k.startDaemon() }

// Lock locks all collections of the keyring, as locking the desktop can.
func (k *Keyring) Lock() {
	k.t.Helper()
	output, err := exec.Command("dbus-send", "--bus="+k.Address, "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
		"org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login").CombinedOutput()
	if err != nil {
		k.t.Fatalf("locking the keyring: %v: %s", err, output)
	}
}

func stop(process *exec.Cmd) {
	if process.ProcessState == nil {
		process.Process.Kill()
		process.Wait()
	}
}
