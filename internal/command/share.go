package command

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/terminal"
)

// sharedFile is a file by which man or a shell knows doorkey. Packages have it in a data
// directory of the system; install puts it into the user's own.
type sharedFile struct {
	name     string // below a data directory
	packaged string // what a package may call it, as a pattern
	comment  string // how a comment begins there
	content  string
}

func sharedFiles() []sharedFile {
	const page, bash, fish, zsh = "man/man1/git-credential-doorkey.1", "bash-completion/completions/git-credential-doorkey",
		"fish/vendor_completions.d/git-credential-doorkey.fish", "zsh/site-functions/_git-credential-doorkey"
	return []sharedFile{
		{page, page + "*", `.\" `, manual.ManPage()},
		{bash, bash + "*", "# ", manual.BashCompletion()},
		{fish, fish, "# ", manual.FishCompletion()},
		{zsh, "zsh/*/_git-credential-doorkey", "# ", manual.ZshCompletion()},
	}
}

// signature begins the last line of what install wrote. The line ends with a checksum of
// all before it: so each version of doorkey knows a file of another one, and one that
// somebody has changed.
const signature = "written by git-credential-doorkey install, checksum "

// signed is the content as install writes it.
func (f sharedFile) signed() []byte { return []byte(f.content + f.lastLine([]byte(f.content))) }

func (f sharedFile) lastLine(before []byte) string {
	sum := sha256.Sum256(before)
	return f.comment + signature + hex.EncodeToString(sum[:8]) + "\n"
}

// isOwn reports whether install wrote it, and nobody has changed it since.
func (f sharedFile) isOwn(content []byte) bool {
	last := bytes.LastIndexByte(bytes.TrimSuffix(content, []byte("\n")), '\n') + 1
	return string(content[last:]) == f.lastLine(content[:last])
}

// userShare puts the files into a user's data directory, and takes them out.
type userShare struct {
	directory string   // "" if nothing is to be changed: on Windows, and outside the user's home
	others    []string // data directories of packages
	dryRun    bool
	out       io.Writer
}

// newUserShare finds the data directories (XDG base directory specification), and the
// one beside a program in a "bin".
func newUserShare(where environment.Environment, program string, dryRun bool, out io.Writer) userShare {
	s := userShare{dryRun: dryRun, out: out}
	home := where.Variable("HOME")
	if runtime.GOOS == "windows" || !filepath.IsAbs(home) || isElsewhere(where.Variable("GIT_CONFIG_GLOBAL"), home) {
		return s
	}
	if s.directory = where.Variable("XDG_DATA_HOME"); !filepath.IsAbs(s.directory) {
		s.directory = filepath.Join(home, ".local", "share")
	}
	system := where.Variable("XDG_DATA_DIRS")
	if system == "" {
		system = "/usr/local/share:/usr/share"
	}
	s.others = filepath.SplitList(system)
	for _, path := range []string{program, resolved(program)} {
		if beside := filepath.Join(filepath.Dir(path), "..", "share"); resolved(beside) != resolved(s.directory) {
			s.others = append(s.others, beside)
		}
	}
	return s
}

// isElsewhere reports whether git's configuration is a file outside the home: that of a
// trial or of a test, which must not change what the user has.
func isElsewhere(configuration, home string) bool {
	inHome, err := filepath.Rel(resolved(home), filepath.Join(resolved(filepath.Dir(configuration)), "config"))
	return configuration != "" && (err != nil || inHome == ".." || strings.HasPrefix(inHome, ".."+string(filepath.Separator)))
}

// resolved is a path without symbolic links, or as it is.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

// isPackaged reports whether a package has brought the file.
func (s userShare) isPackaged(f sharedFile) bool {
	for _, directory := range s.others {
		if found, err := filepath.Glob(filepath.Join(directory, f.packaged)); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// add writes the files that nobody else has brought. What fails is no reason for install
// to fail: git asks doorkey without them.
func (s userShare) add() {
	written := false
	for _, f := range sharedFiles() {
		path := filepath.Join(s.directory, f.name)
		old, err := os.ReadFile(path)
		switch {
		case s.directory == "" || s.isPackaged(f) || bytes.Equal(old, f.signed()):
			continue
		case err == nil && !f.isOwn(old):
			s.tell(path, "not changed, since install did not write it as it is")
			continue
		case !s.dryRun:
			err = replaceFile(path, f.signed())
		case errors.Is(err, fs.ErrNotExist):
			err = nil
		}
		if written = written || err == nil; err != nil {
			s.tell(path, "not written: "+err.Error())
		} else {
			s.tell(path, s.done("written"))
		}
	}
	if written {
		s.tellSearched()
	}
}

// remove takes out what install wrote, and the directories that are empty then.
func (s userShare) remove() {
	for _, f := range sharedFiles() {
		path := filepath.Join(s.directory, f.name)
		old, err := os.ReadFile(path)
		switch {
		case s.directory == "" || err != nil:
			continue
		case !f.isOwn(old):
			s.tell(path, "not removed, since install did not write it as it is")
			continue
		case !s.dryRun:
			err = os.Remove(path)
		}
		if err != nil {
			s.tell(path, "not removed: "+err.Error())
			continue
		}
		s.tell(path, s.done("removed"))
		for name := filepath.Dir(f.name); name != "." && !s.dryRun; name = filepath.Dir(name) {
			_ = os.Remove(filepath.Join(s.directory, name)) // fails if something else is in it
		}
	}
}

func (s userShare) done(what string) string {
	if s.dryRun {
		return "would be " + what
	}
	return what
}

func (s userShare) tell(path, what string) {
	fmt.Fprintf(s.out, "%s: %s\n", terminal.Printable(path), terminal.Printable(what))
}

// tellSearched says what a user has to set for the files to be found.
func (s userShare) tellSearched() {
	beside := filepath.Join(filepath.Dir(s.directory), "bin")
	onPath := false
	for _, directory := range filepath.SplitList(os.Getenv("PATH")) {
		onPath = onPath || filepath.Clean(directory) == beside
	}
	if !onPath {
		fmt.Fprintf(s.out, "man finds its page if \"%s\" is on PATH, or with: export MANPATH=%s:\n", terminal.Printable(beside), terminal.ShellWord(filepath.Join(s.directory, "man")))
	}
	if strings.HasSuffix(os.Getenv("SHELL"), "/zsh") {
		fmt.Fprintf(s.out, "zsh finds its completion with this line in ~/.zshrc, before compinit: fpath=(%s $fpath)\n", terminal.ShellWord(filepath.Join(s.directory, "zsh/site-functions")))
	}
}

// replaceFile writes a file beside the old one, and puts it in its place.
func replaceFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	next := path + ".new"
	_ = os.Remove(next) // of an install that was killed
	file, err := os.OpenFile(next, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		_ = os.Remove(next)
	}
	return err
}
