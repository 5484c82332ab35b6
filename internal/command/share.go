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

// sharedFile is a file for man or a shell. Packages install it in a data directory of the
// system; install writes it to the user's own data directory.
type sharedFile struct {
	name     string // below a data directory
	packaged string // a pattern for its name in packages
	comment  string // how a comment starts in it
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

// signature starts the last line of a file that install wrote. The line ends with a
// checksum of everything before it. So every version of doorkey recognizes the files of
// other versions, and files that have been changed.
const signature = "written by git-credential-doorkey install, checksum "

// signed returns the content as install writes it.
func (f sharedFile) signed() []byte { return []byte(f.content + f.lastLine([]byte(f.content))) }

func (f sharedFile) lastLine(before []byte) string {
	sum := sha256.Sum256(before)
	return f.comment + signature + hex.EncodeToString(sum[:8]) + "\n"
}

// isOwn reports whether install wrote the file and it has not been changed since.
func (f sharedFile) isOwn(content []byte) bool {
	last := bytes.LastIndexByte(bytes.TrimSuffix(content, []byte("\n")), '\n') + 1
	return string(content[last:]) == f.lastLine(content[:last])
}

// userShare writes the files to a user's data directory, and removes them.
type userShare struct {
	directory string   // "" if nothing may be changed: on Windows, and with a configuration outside the home directory
	others    []string // data directories of packages
	dryRun    bool
	out       io.Writer
}

// newUserShare finds the data directories (XDG base directory specification), and the one
// next to the "bin" directory of the program.
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

// isElsewhere reports whether git's configuration is a file outside the home directory. It
// is then for a trial or a test, which must not change the user's files.
func isElsewhere(configuration, home string) bool {
	inHome, err := filepath.Rel(resolved(home), filepath.Join(resolved(filepath.Dir(configuration)), "config"))
	return configuration != "" && (err != nil || inHome == ".." || strings.HasPrefix(inHome, ".."+string(filepath.Separator)))
}

// resolved returns a path without symbolic links, if it exists.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

// isPackaged reports whether a package has installed the file.
func (s userShare) isPackaged(f sharedFile) bool {
	for _, directory := range s.others {
		if found, err := filepath.Glob(filepath.Join(directory, f.packaged)); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// add writes the files that no package has installed. If that fails, install still
// succeeds: git does not need them.
func (s userShare) add() {
	written := false
	for _, f := range sharedFiles() {
		path := filepath.Join(s.directory, f.name)
		old, err := os.ReadFile(path)
		switch {
		case s.directory == "" || s.isPackaged(f) || bytes.Equal(old, f.signed()):
			continue
		case err == nil && !f.isOwn(old):
			s.tell(path, "not changed, because install did not write this version of it")
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

// remove removes the files that install wrote, and directories that are then empty.
func (s userShare) remove() {
	for _, f := range sharedFiles() {
		path := filepath.Join(s.directory, f.name)
		old, err := os.ReadFile(path)
		switch {
		case s.directory == "" || err != nil:
			continue
		case !f.isOwn(old):
			s.tell(path, "not removed, because install did not write this version of it")
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
			_ = os.Remove(filepath.Join(s.directory, name)) // fails if it is not empty
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

// tellSearched says what the user has to set so that man and zsh find the files.
func (s userShare) tellSearched() {
	beside := filepath.Join(filepath.Dir(s.directory), "bin")
	onPath := false
	for _, directory := range filepath.SplitList(os.Getenv("PATH")) {
		onPath = onPath || filepath.Clean(directory) == beside
	}
	if !onPath {
		fmt.Fprintf(s.out, "for man to find the page, add \"%s\" to PATH, or run: export MANPATH=%s:\n", terminal.Printable(beside), terminal.ShellWord(filepath.Join(s.directory, "man")))
	}
	if strings.HasSuffix(os.Getenv("SHELL"), "/zsh") {
		fmt.Fprintf(s.out, "for completion in zsh, add this line to ~/.zshrc before compinit: fpath=(%s $fpath)\n", terminal.ShellWord(filepath.Join(s.directory, "zsh/site-functions")))
	}
}

// replaceFile writes a file next to the old one, and renames it over the old one.
func replaceFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	next := path + ".new"
	_ = os.Remove(next) // left by an install that was killed
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
