// Package keyring starts a real keyring for tests: gnome-keyring on its own session
// bus, which no other process of the machine uses.
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

// install says how to install what Start needs.
const install = "apt-get install --no-install-recommends dbus gnome-keyring"

// Keyring is a running keyring.
type Keyring struct {
	// Address is the value of DBUS_SESSION_BUS_ADDRESS for processes that use this
	// keyring.
	Address string

	t      testing.TB
	bus    *exec.Cmd
	daemon *exec.Cmd
	home   string
}

// Start starts a session bus and an unlocked, empty keyring, and stops both when the
// test ends.
func Start(t testing.TB) *Keyring {
	t.Helper()
	k := StartBus(t)
	k.startDaemon()
	return k
}

// StartBus starts a session bus without a keyring.
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

// configuration writes the configuration of a session bus that starts no services
// itself: only programs that the test started answer on it.
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

// startDaemon starts gnome-keyring, unlocks it with a password, and waits until it
// has taken its name on the bus.
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
	// A daemon that was killed a moment ago may still have the name.
	own := fmt.Sprintf("uint32 %d\n", k.daemon.Process.Pid)
	for end := time.Now().Add(startLimit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if strings.HasSuffix(k.owner(), own) {
			return
		}
	}
	k.Kill()
	k.t.Fatalf("gnome-keyring did not take its name on the bus within %v: %s", startLimit, log.String())
}

// startLimit is more than a cold start takes on a busy machine.
const startLimit = time.Minute

// owner returns the bus's answer about the process that has the keyring's name, "" if
// there is no such process.
func (k *Keyring) owner() string {
	answer, err := exec.Command("dbus-send", "--bus="+k.Address, "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
		"org.freedesktop.DBus.GetConnectionUnixProcessID", "string:org.freedesktop.secrets").Output()
	if err != nil {
		return ""
	}
	return string(answer)
}

// KillBus stops the session bus, as at the end of a session.
func (k *Keyring) KillBus() { stop(k.bus) }

// Kill stops the keyring daemon like a crash. The bus stays, and Kill waits until it notices.
func (k *Keyring) Kill() {
	stop(k.daemon)
	for end := time.Now().Add(startLimit); k.owner() != "" && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
}

// Restart starts the keyring daemon again, unlocked, with the same content.
func (k *Keyring) Restart() { k.t.Helper(); k.startDaemon() }

// Lock locks all collections of the keyring, as a locked desktop may do.
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
