package gitconfig

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"git-credential-doorkey/internal/secret"
)

// Setting is a variable of git's configuration and the one value that it is to have.
type Setting struct {
	Key   string
	Value string
	// Secret is the value instead, where it is set: it is on no command line, and a person's own file that gets it is
	// from then on for that person alone (mode 0600).
	Secret secret.Text
}

// Set writes settings into the file of a scope, Global or System, all of them or none, each in the place of what the
// file had for its key, and returns the file. It fails where `git config` would, and says so of a file that may not be
// written.
func Set(ctx context.Context, scope Scope, settings []Setting) (string, error) {
	file, mode, err := writable(ctx, scope)
	if err != nil {
		return "", err
	}
	handle, err := TakeLock(scope, file, mode)
	if err != nil {
		return "", err
	}
	lock := handle.Name()
	defer os.Remove(lock) // of a failure; else it is gone by then
	if err := errors.Join(copyFile(file, handle), handle.Chmod(mode), handle.Close()); err != nil {
		return "", fmt.Errorf(`cannot write "%s": %v`, lock, err)
	}
	for _, setting := range settings {
		if err := set(ctx, lock, setting); err != nil {
			return "", err
		}
	}
	if scope == Global && hasSecret(settings) {
		if err := os.Chmod(lock, 0o600); err != nil {
			return "", err
		}
	}
	if err := syncFile(lock); err != nil {
		return "", fmt.Errorf(`cannot write "%s": %v`, lock, err)
	}
	return file, os.Rename(lock, file)
}

// CheckWritable fails as Set would for the file of a scope.
func CheckWritable(ctx context.Context, scope Scope) error {
	file, mode, err := writable(ctx, scope)
	if err != nil {
		return err
	}
	handle, err := TakeLock(scope, file, mode)
	if err != nil {
		return err
	}
	return errors.Join(handle.Close(), os.Remove(handle.Name()))
}

// writable finds the file of a scope, and the mode that it has or is to have.
func writable(ctx context.Context, scope Scope) (string, fs.FileMode, error) {
	named, err := File(ctx, "", nil, scope)
	if err != nil {
		return "", 0, err
	}
	file, err := ResolveLinks(named)
	if err != nil {
		return "", 0, err
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file, 0o644, nil
	case err != nil:
		return "", 0, err
	case !info.Mode().IsRegular():
		return "", 0, fmt.Errorf(`"%s" is not a file that can be edited; name another one with GIT_CONFIG_GLOBAL or GIT_CONFIG_SYSTEM`, file)
	}
	return file, info.Mode().Perm(), nil
}

func copyFile(from string, to *os.File) error {
	content, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = to.Write(content)
	return err
}

func hasSecret(settings []Setting) bool {
	for _, setting := range settings {
		if setting.Secret.IsSet() {
			return true
		}
	}
	return false
}

// set lets git write one setting into a file. In the place of a secret it writes a word that nobody has: arguments can
// be seen by everybody on the machine.
func set(ctx context.Context, file string, setting Setting) error {
	value := setting.Value
	if setting.Secret.IsSet() {
		value = rand.Text()
	}
	if _, err := Run(ctx, "", neutral(os.Environ()), "config", "--file", file, "--replace-all", setting.Key, value); err != nil {
		return err
	}
	if !setting.Secret.IsSet() {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(strings.Replace(string(content), value, quoted(setting.Secret.Reveal()), 1)), 0) // it exists
}

// quoted is a value as it may stand in a configuration file ("git help config", SYNTAX).
func quoted(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(value) + `"`
}

func syncFile(file string) error {
	handle, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(handle.Sync(), handle.Close())
}
