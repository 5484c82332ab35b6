package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"
	"time"
)

// nfpm makes deb and rpm packages. It runs in a fixed version and is not a dependency of
// doorkey.
const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"

// pack makes the packages for Debian and Fedora.
func (r release) pack(ctx context.Context, targets []target) error {
	for _, t := range targets {
		if t.System != "linux" {
			continue
		}
		configuration, err := r.packageConfiguration(t)
		if err != nil {
			return err
		}
		for _, form := range []string{"deb", "rpm"} {
			command := exec.CommandContext(ctx, "go", "run", nfpm, "package", "--config", configuration, "--packager", form, "--target", directory)
			if output, err := command.CombinedOutput(); err != nil {
				return fmt.Errorf("making the %s for %s: %v\n%s", form, t.Processor, err, output)
			}
		}
	}
	return nil
}

// packageConfiguration writes nfpm's configuration, and the manual page in the format for
// packages, to the directory of the target's program.
func (r release) packageConfiguration(t target) (path string, err error) {
	beside := filepath.Dir(t.program)
	page, err := os.ReadFile("docs/git-credential-doorkey.1")
	if err != nil {
		return "", err
	}
	var compressed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := writer.Write(page); err != nil {
		return "", err
	}
	manual := filepath.Join(beside, "git-credential-doorkey.1.gz")
	if err := errors.Join(writer.Close(), os.WriteFile(manual, compressed.Bytes(), 0o644)); err != nil {
		return "", err
	}
	path = filepath.Join(beside, "nfpm.yaml")
	return path, fill("packaging/nfpm.yaml.tmpl", path, map[string]any{
		"Release": r, "Description": description, "Processor": t.Processor, "Program": t.program, "Manual": manual,
		"Time": r.Time.Format(time.RFC3339), "Documents": documents(),
	})
}

// fill writes a file from a template.
func fill(from, to string, data any) error {
	parsed, err := template.ParseFiles(filepath.FromSlash(from))
	if err != nil {
		return err
	}
	var filled bytes.Buffer
	if err := parsed.Option("missingkey=error").Execute(&filled, data); err != nil {
		return err
	}
	return os.WriteFile(to, filled.Bytes(), 0o644)
}
