package cache

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// setAccess gives a file or directory an access list, in the SDDL format.
func setAccess(path, list string) error {
	descriptor, err := windows.SecurityDescriptorFromString(list)
	if err != nil {
		return err
	}
	dacl, _, err := descriptor.DACL()
	if err != nil {
		return err
	}
	return windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, dacl, nil)
}

// openToOthers lets every user read a file or directory.
func openToOthers(path string) error { return setAccess(path, "D:P(A;OICI;FA;;;OW)(A;OICI;FR;;;WD)") }

// systemDamages are further damages that are possible on this system.
func systemDamages() []damage { return nil }

// systemObstacles are further obstacles that are possible on this system.
func systemObstacles() []obstacle { return nil }

// directoryInOurs makes a directory in this user's profile. Temporary files may be outside
// it.
func directoryInOurs(t *testing.T) string {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	directory, err := os.MkdirTemp(me.HomeDir, "doorkey-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	return directory
}

// TestAccessLists: doorkey notices anyone else who could read a token, whichever list
// allows it. "<me>" is this user.
func TestAccessLists(t *testing.T) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, list string
		want       string // the error; "" means that the file is private
	}{
		{"as doorkey makes it", "O:<me>D:P(A;;FA;;;<me>)(A;;FA;;;SY)", ""},
		{"as the commands of the hint make a directory", "O:<me>D:PAI(A;OICI;FA;;;<me>)(A;OICI;FA;;;SY)", ""},
		{"after the first of these commands alone", "O:<me>D:AI(A;OICIID;FA;;;<me>)(A;OICIID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)", errNotPrivate.Error()},
		{"inherited from a profile", "O:<me>D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;<me>)", ""},
		{"made by an administrator", "O:BAD:(A;;FA;;;BA)(A;;FA;;;SY)(A;OICIIO;FA;;;CO)", ""},
		{"others are kept out", "O:<me>D:(D;;FA;;;WD)(A;;FA;;;<me>)", ""},
		{"nobody has access", "O:<me>D:P", ""},
		{"everybody reads", "O:<me>D:P(A;;FA;;;<me>)(A;;FR;;;WD)", errNotPrivate.Error()},
		{"all users of the machine read", "O:<me>D:P(A;;FA;;;<me>)(A;;FR;;;BU)", errNotPrivate.Error()},
		{"one other user reads", "O:<me>D:P(A;;FA;;;<me>)(A;;FR;;;S-1-5-21-1-2-3-1234)", errNotPrivate.Error()},
		{"whoever is logged in reads, by inheritance", "O:<me>D:(A;;FA;;;<me>)(A;ID;FR;;;AU)", errNotPrivate.Error()},
		{"new files in it are for everybody", "O:<me>D:P(A;;FA;;;<me>)(A;OICIIO;FR;;;WD)", errNotPrivate.Error()},
		{"of another user", "O:S-1-5-21-1-2-3-1234D:P(A;;FA;;;<me>)", "it belongs to S-1-5-21-1-2-3-1234"},
		{"without a list", "O:<me>", errNotPrivate.Error()},
		{"without an owner", "D:P(A;;FA;;;<me>)", errNotPrivate.Error()},
	} {
		t.Run(row.name, func(t *testing.T) {
			descriptor, err := windows.SecurityDescriptorFromString(strings.ReplaceAll(row.list, "<me>", user.User.Sid.String()))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if err := checkAccess(descriptor); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// TestTakeBack runs the commands of the hint on a directory and on a file that others can
// access, because of their own access lists and of inherited ones.
func TestTakeBack(t *testing.T) {
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil {
		t.Skip("Wine's icacls does nothing")
	}
	outside := filepath.Join(t.TempDir(), "open")
	directory, file := filepath.Join(outside, "state"), filepath.Join(outside, "file")
	if err := errors.Join(os.MkdirAll(directory, 0o700), os.WriteFile(file, nil, 0o600), openToOthers(outside)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{directory, file} {
		t.Run(filepath.Base(path), func(t *testing.T) {
			for line := range strings.Lines("run: " + privateCommand(path)) {
				_, command, _ := strings.Cut(strings.TrimSpace(line), "run: ")
				shell := exec.Command("cmd.exe")
				shell.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd.exe /s /c "` + command + `"`}
				if output, err := shell.CombinedOutput(); err != nil {
					t.Fatalf("%s: %v: %s", command, err, output)
				}
			}
			opened, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			if err := checkPrivate(opened, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestNullAccessList: a null list lets everybody do everything.
func TestNullAccessList(t *testing.T) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	descriptor, err := windows.NewSecurityDescriptor()
	if err := errors.Join(err, descriptor.SetOwner(user.User.Sid, false), descriptor.SetDACL(nil, true, false)); err != nil {
		t.Fatal(err)
	}
	if err := checkAccess(descriptor); !errors.Is(err, errNotPrivate) {
		t.Errorf("got %v", err)
	}
}

// TestMadeForItsOwnerAlone: the cache sets the access to what it makes itself, and does not
// inherit it from the directory above.
func TestMadeForItsOwnerAlone(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "above", "state")}
	account, secrets := grant("")
	put(t, c, InFile, account, secrets)
	for _, path := range []string{c.Directory, c.path(origin, ".json"), filepath.Join(c.Directory, "file.key-id")} {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := checkPrivate(file, nil); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestDeniedForGood: doorkey does not try again under a lock, for which other processes
// wait, if the result cannot change.
func TestDeniedForGood(t *testing.T) {
	directory := t.TempDir()
	from, over := filepath.Join(directory, "from"), filepath.Join(directory, "over")
	if err := errors.Join(os.WriteFile(from, nil, 0o600), os.MkdirAll(filepath.Join(over, "full"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"a file over a directory":       func() error { return replaceFile(from, over) },
		"a directory that is not empty": func() error { return removeFile(over) },
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			if err := do(); err == nil {
				t.Error("it succeeds")
			}
			if took := time.Since(begun); took > busyTimeout/2 {
				t.Errorf("it takes %v", took)
			}
		})
	}
}
