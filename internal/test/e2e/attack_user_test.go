//go:build !windows

package e2e

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// Two user IDs that the system does not have to know.
const (
	victimID = 61001
	otherID  = 61002
)

// machine is what two users share: a directory in which both can make files, as in /tmp,
// with the victim's state directory in it.
type machine struct {
	shared, state, program string
}

// newMachine makes a machine. Only root can run programs as two other users.
func newMachine(t *testing.T) machine {
	t.Helper()
	if os.Getuid() != 0 {
		parts.Missing(t, "root, to be two other users", "run this test as root, as .ci/run does")
	}
	shared, err := os.MkdirTemp("", "doorkey-attack-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(shared) })
	if shared, err = filepath.EvalSymlinks(shared); err != nil { // doorkey prints it like this
		t.Fatal(err)
	}
	built, err := exec.LookPath("git-credential-doorkey")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(built)
	m := machine{shared, filepath.Join(shared, "state"), filepath.Join(shared, "git-credential-doorkey")}
	// Chmod sets the modes, whatever the umask of the tests is.
	err = errors.Join(err, os.WriteFile(m.program, content, 0o700), os.Chmod(m.program, 0o755), os.Chmod(shared, 0o777|os.ModeSticky))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// as runs a shell command as a user, with input. $STATE is the state directory.
func (m machine) as(t *testing.T, user uint32, input, command string) (output string, ok bool) {
	t.Helper()
	var all bytes.Buffer
	shell := exec.CommandContext(t.Context(), "sh", "-c", command)
	shell.Dir, shell.Stdin, shell.Stdout, shell.Stderr = m.shared, strings.NewReader(input), &all, &all
	shell.Env = []string{"PATH=" + m.shared + ":" + os.Getenv("PATH"), "HOME=" + m.shared, "STATE=" + m.state, "DOORKEY_STATE_DIR=" + m.state,
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "GORACE=" + noSleepAtExit}
	shell.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	err := shell.Run()
	if failed := new(exec.ExitError); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return all.String(), err == nil
}

const (
	askForHost    = "protocol=https\nhost=h.example\n"
	storePassword = "protocol=https\nhost=h.example\nusername=u\npassword=hunter2\n"
	storePlanted  = "protocol=https\nhost=h.example\nusername=u\npassword=planted\n"
)

// must runs a command that has to succeed, or there would be no attack.
func (m machine) must(t *testing.T, user uint32, input, command string) {
	t.Helper()
	if output, ok := m.as(t, user, input, command); !ok {
		t.Fatalf("%s: %s", command, output)
	}
}

// TestAttackByUserOnFiles: even if another user of this machine can enter the home
// directory, they can read and write nothing in the state directory.
func TestAttackByUserOnFiles(t *testing.T) {
	m := newMachine(t)
	m.must(t, victimID, storePassword, "umask 000; git-credential-doorkey store")
	commands := []string{"ls $STATE", "touch $STATE/new", "mkdir $STATE/new", "ln -s /etc/passwd $STATE/https-x.example.json", "rm -rf $STATE",
		"mv $STATE away", "chmod 777 $STATE", "rmdir $STATE", "cd $STATE"}
	files, err := os.ReadDir(m.state)
	if err != nil || len(files) < 4 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, file := range files {
		path := "$STATE/" + file.Name()
		commands = append(commands, "cat "+path, "cp "+path+" copy", "mv "+path+" copy", "rm -f "+path, ": >>"+path, "chmod 666 "+path, "cp /etc/passwd "+path)
	}
	for _, command := range commands {
		if output, ok := m.as(t, otherID, "", command); ok {
			t.Errorf("%s works: %s", command, output)
		}
	}
	// The files are private, too: a user who can enter the directory cannot read them.
	m.must(t, victimID, "", "chmod 755 $STATE")
	for _, file := range files {
		if output, ok := m.as(t, otherID, "", "cat $STATE/"+file.Name()); ok {
			t.Errorf("%s is readable: %s", file.Name(), output)
		}
	}
	m.must(t, victimID, "", "chmod 700 $STATE")
	if output, _ := m.as(t, victimID, askForHost, "git-credential-doorkey get"); !strings.Contains(output, "password=hunter2\n") {
		t.Errorf("afterwards: %s", output)
	}
}

// TestAttackByUserWhoWasFirst: another user has made the files that the victim's doorkey is
// going to use. doorkey rejects them immediately, and the error names them. It neither
// believes their content nor writes to them.
func TestAttackByUserWhoWasFirst(t *testing.T) {
	const doorkeys = "git-credential-doorkey store <planted && chmod -R "
	for _, row := range []struct{ name, other, victim string }{
		{"an open state directory", "mkdir -m 777 $STATE", ""},
		{"a state directory that looks private", "mkdir -m 700 $STATE", ""},
		{"a state directory with accounts and a key", doorkeys + "a+rwX $STATE", ""},
		{"accounts that nobody else can read", doorkeys + "a+rX $STATE && chmod 600 $STATE/*", ""},
		{"a link to a directory of theirs", "mkdir -m 777 theirs && ln -s theirs $STATE", ""},
		{"a file", "touch $STATE && chmod 666 $STATE", ""},
		{"a FIFO", "mkfifo -m 666 $STATE", ""},
		{"the account file, while the directory was open", doorkeys + "a+rwX $STATE && mv $STATE theirs", "cp theirs/*.json theirs/*.key* $STATE"},
		{"the lock, while the directory was open", "", ": >$STATE/https-h.example.lock && chmod 666 $STATE/https-h.example.lock"},
		{"the lock for keys, while the directory was open", "", ": >$STATE/key.lock && chmod 666 $STATE/key.lock"},
		{"the file in between, while the directory was open", "", ": >$STATE/https-h.example.json.new && chmod 666 $STATE/https-h.example.json.new"},
		{"the key's ID, while the directory was open", "", "echo 00 >$STATE/file.key-id && chmod 666 $STATE/file.key-id"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			planted := filepath.Join(m.shared, "planted")
			if err := errors.Join(os.WriteFile(planted, []byte(storePlanted), 0o600), os.Chmod(planted, 0o644)); err != nil {
				t.Fatal(err)
			}
			if row.other != "" {
				m.must(t, otherID, "", "umask 077; "+row.other)
			}
			if row.victim != "" { // the victim's own directory, with the wrong mode for a while
				m.must(t, victimID, "", "mkdir -m 777 $STATE && chmod 777 $STATE")
				m.must(t, otherID, "", row.victim)
				m.must(t, victimID, "", "chmod 700 $STATE")
			}
			theirs := m.belongingTo(t, otherID)
			if output, _ := m.as(t, victimID, askForHost, "git-credential-doorkey get"); strings.Contains(output, "planted") {
				t.Errorf("get believes it: %s", output)
			}
			output, ok := m.as(t, victimID, storePassword, "git-credential-doorkey store")
			if ok || !strings.Contains(output, m.state) {
				t.Errorf("store: %s", output)
			}
			if after := m.belongingTo(t, otherID); after != theirs {
				t.Errorf("what is theirs was:\n%s\nand is:\n%s", theirs, after)
			}
		})
	}
}

// belongingTo lists a user's files and their contents.
func (m machine) belongingTo(t *testing.T, user uint32) string {
	t.Helper()
	var list strings.Builder
	err := filepath.Walk(m.shared, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.Sys().(*syscall.Stat_t).Uid != user {
			return err
		}
		list.WriteString(path + " " + info.Mode().String())
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(path)
			list.WriteString(" " + string(content))
			if err != nil {
				return err
			}
		}
		list.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}

// TestAttackByUserWhoSwaps: in a directory where anyone can rename anything (writable for
// all, without the sticky bit), another user can replace the state directory by their own.
// The victim loses the accounts, but the other user learns nothing.
func TestAttackByUserWhoSwaps(t *testing.T) {
	m := newMachine(t)
	m.must(t, victimID, storePassword, "git-credential-doorkey store")
	if err := os.Chmod(m.shared, 0o777); err != nil {
		t.Fatal(err)
	}
	m.must(t, otherID, storePlanted, "mv $STATE away && git-credential-doorkey store && chmod 777 $STATE && chmod 666 $STATE/*")
	theirs := m.belongingTo(t, otherID)
	if output, _ := m.as(t, victimID, askForHost, "git-credential-doorkey get"); strings.Contains(output, "planted") {
		t.Errorf("get: %s", output)
	}
	if output, ok := m.as(t, victimID, storePassword, "git-credential-doorkey store"); ok {
		t.Errorf("store: %s", output)
	}
	if after := m.belongingTo(t, otherID); after != theirs {
		t.Errorf("what is theirs was:\n%s\nand is:\n%s", theirs, after)
	}
	if output, ok := m.as(t, otherID, "", "cat away/*.json"); ok {
		t.Errorf("what was taken away is readable: %s", output)
	}
}

// TestAttackByUserOnRoot: root can read and write everywhere. So a doorkey that root runs
// believes nothing that another user owns, however private it looks.
func TestAttackByUserOnRoot(t *testing.T) {
	m := newMachine(t)
	m.must(t, otherID, storePlanted, "git-credential-doorkey store")
	theirs := m.belongingTo(t, otherID)
	if output, _ := m.as(t, 0, askForHost, "git-credential-doorkey get"); strings.Contains(output, "planted") {
		t.Errorf("get believes it: %s", output)
	}
	if output, ok := m.as(t, 0, storePassword, "git-credential-doorkey store"); ok {
		t.Errorf("store: %s", output)
	}
	if after := m.belongingTo(t, otherID); after != theirs {
		t.Errorf("what is theirs was:\n%s\nand is:\n%s", theirs, after)
	}
}
