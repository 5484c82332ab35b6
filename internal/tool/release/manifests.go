package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// sumsFile contains the checksums, in the format of sha256sum(1).
const sumsFile = "SHA256SUMS"

// sum writes the checksums of all files that exist at this step.
func (r release) sum(context.Context, []target) error {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, entry := range entries {
		sum, err := r.Sum(entry.Name())
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%s  %s\n", sum, entry.Name())
	}
	return os.WriteFile(filepath.Join(directory, sumsFile), []byte(sums.String()), 0o644)
}

// Sum returns the checksum of one file.
func (r release) Sum(name string) (string, error) {
	content, err := os.ReadFile(filepath.Join(directory, name))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}

// describe writes the manifests for Homebrew, Scoop and winget, for the existing archives.
func (r release) describe(_ context.Context, targets []target) error {
	if r.Files == "" {
		fmt.Println("no -files: no manifests for Homebrew, Scoop and winget, which have to say where the archives are")
		return nil
	}
	archives := make(map[string]any)
	for _, t := range targets {
		sum, err := r.Sum(r.ArchiveName(t))
		if err != nil {
			return err
		}
		archives[t.System+"_"+t.Processor] = map[string]string{
			"URL": r.Files + "/" + r.ArchiveName(t), "Sum": sum, "UpperSum": strings.ToUpper(sum), "Directory": r.Base(t),
		}
	}
	data := map[string]any{"Release": r, "Description": description, "Archives": archives, "Date": r.Time.Format("2006-01-02")}
	for from, to := range map[string]string{
		"homebrew.rb.tmpl":           "homebrew/git-credential-doorkey.rb",
		"scoop.json.tmpl":            "scoop/git-credential-doorkey.json",
		"winget.yaml.tmpl":           "winget/Doorkey.GitCredentialDoorkey.yaml",
		"winget.installer.yaml.tmpl": "winget/Doorkey.GitCredentialDoorkey.installer.yaml",
		"winget.locale.yaml.tmpl":    "winget/Doorkey.GitCredentialDoorkey.locale.en-US.yaml",
	} {
		to = filepath.Join(directory, filepath.FromSlash(to))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := fill("packaging/"+from, to, data); err != nil {
			return err
		}
	}
	return nil
}
