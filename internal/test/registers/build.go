package registers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// Sources returns the engines that no system has a package for. Each is a separate Go
// module in testdata, so that doorkey's go.mod does not contain its dependencies.
func Sources() []string { return []string{"kube-apiserver", "vault"} }

// Build compiles an engine of Sources from the source of doorkey in the repository, and
// returns the file. If the file exists, Build does nothing. Tests that need an engine do
// not call it: go test neither waits minutes for a compilation nor downloads unasked.
func Build(ctx context.Context, repository, name string) (string, error) {
	source := filepath.Join(repository, "testdata", name)
	file, err := executable(source)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	temporary, err := os.MkdirTemp(makeDirectory(filepath.Dir(file)), name+"-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temporary)
	built := filepath.Join(temporary, filepath.Base(file))
	build := exec.CommandContext(ctx, "go", "build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", built, ".")
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: go build: %w: %s", source, err, bytes.TrimSpace(output))
	}
	return file, os.Rename(built, file)
}

// makeDirectory creates a directory and returns it; the code that uses it reports an error.
func makeDirectory(path string) string {
	_ = os.MkdirAll(path, 0o700)
	return path
}

// executable returns the path of a module's program. The name depends on everything
// that the program is built from.
func executable(source string) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		content, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintln(hash, name, len(content))
		hash.Write(content)
	}
	directory := os.Getenv("DOORKEY_TEST_ENGINES")
	if directory == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("set DOORKEY_TEST_ENGINES to a directory for the engines: %w", err)
		}
		directory = filepath.Join(cache, "git-credential-doorkey-test")
	}
	name := filepath.Base(source) + "-" + hex.EncodeToString(hash.Sum(nil))[:16]
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(directory, name), nil
}

// built returns the file of an engine of Sources, or ends the test like parts.Missing.
func built(t testing.TB, name string) string {
	t.Helper()
	parts.Long(t)
	file, err := executable(parts.Testdata(t, name))
	if err == nil {
		_, err = os.Stat(file)
	}
	if err != nil {
		parts.Missing(t, name, "go run ./internal/tool/testengines")
	}
	return file
}
