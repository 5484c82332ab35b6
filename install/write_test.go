package install

import (
	"os"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// TestModes: an existing file keeps its mode, and a new file gets git's 0666 minus the
// umask.
func TestModes(t *testing.T) {
	m := newMachine(t)
	usual, err := os.OpenFile(m.path("usual"), os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	usual.Close()
	m.install(m.options())
	m.expectMode(".gitconfig", m.mode("usual"))
	for _, mode := range []os.FileMode{0o600, 0o644, 0o666} {
		if err := os.Chmod(m.path(".gitconfig"), mode); err != nil {
			t.Fatal(err)
		}
		mode = m.mode(".gitconfig") // Windows has fewer modes
		m.mustGit("config", "--global", "--add", "credential.helper", "store")
		if change := m.install(m.options()); !change.Changed {
			t.Error("nothing was written")
		}
		m.expectMode(".gitconfig", mode)
	}
}

func (m *machine) mode(name string) os.FileMode {
	m.t.Helper()
	info, err := os.Stat(m.path(name))
	if err != nil {
		m.t.Fatal(err)
	}
	return info.Mode()
}

func (m *machine) expectMode(name string, want os.FileMode) {
	m.t.Helper()
	if got := m.mode(name); got != want {
		m.t.Errorf("%s has the mode %v, want %v", name, got, want)
	}
}

func TestLinks(t *testing.T) {
	m := newMachine(t)
	m.write("dotfiles/git config", user)
	for link, to := range map[string]string{".gitconfig": "dotfiles/link", "dotfiles/link": m.path("dotfiles/git config")} {
		parts.Link(t, to, m.path(link))
	}
	change := m.install(m.options())
	m.expect("dotfiles/git config", user+written)
	if change.File != m.path("dotfiles/git config") {
		t.Errorf("the change names %q", change.File)
	}
	for _, link := range []string{".gitconfig", "dotfiles/link"} {
		if info, err := os.Lstat(m.path(link)); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v", link, err)
		}
	}
	m.uninstall(m.options())
	m.expect("dotfiles/git config", user)
}

func TestLinkToNoFile(t *testing.T) {
	m := newMachine(t)
	parts.Link(t, filepath.Join("work", "config"), m.path(".gitconfig"))
	m.roundTrip(m.options(), "work/config", absent, written)
	if _, err := os.Lstat(m.path(".gitconfig")); err != nil {
		t.Error(err)
	}
}
