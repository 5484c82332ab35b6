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

// Setting is a variable of git's configuration and its only value.
type Setting struct {
	Key   string
	Value string
	// Secret, if set, is the value instead: it is never on a command line, and a user's own file that gets it becomes
	// private to that user (mode 0600).
	Secret secret.Text
}

// Set writes settings into the file of a scope, Global or System, all of them or none, each replacing all values of
// its key in the file, and returns the file. It fails if `git config` would, and says so if a file cannot be written.
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
	defer os.Remove(lock) // after a failure; otherwise it no longer exists
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

// writable finds the file of a scope, and its current or future mode.
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

// set lets git write one setting into a file. For a secret it first writes a random word: every user of the machine
// can see arguments.
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
	return os.WriteFile(file, []byte(strings.Replace(string(content), value, quoted(setting.Secret.Reveal()), 1)), 0) // the file exists
}

// quoted returns a value as a configuration file has it ("git help config", SYNTAX).
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
