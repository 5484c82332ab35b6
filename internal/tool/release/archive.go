package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// companion is a file that is in every archive next to the program.
type companion struct{ source, place string }

// companions are next to the program, except for the documents.
func companions() (all []companion) {
	for _, source := range []string{
		"LICENSE", "NOTICE", "docs/git-credential-doorkey.1",
		"completions/git-credential-doorkey.bash", "completions/_git-credential-doorkey", "completions/git-credential-doorkey.fish",
	} {
		all = append(all, companion{source, path.Base(source)})
	}
	for _, source := range documents() {
		all = append(all, companion{source, source})
	}
	return all
}

// documents returns the README and the files that it links to or shows. They stay in their
// places, so that the links work in an archive and in a package, too.
func documents() []string {
	return []string{
		"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md",
		"docs/ci-jobs.md", "docs/commands.md", "docs/comparison.md", "docs/configuration.md", "docs/decisions.md", "docs/fleet.md",
		"docs/for-programs.md", "docs/hosts.md", "docs/how-it-works.md", "docs/macos-checklist.md", "docs/over-ssh.md", "docs/removing.md",
		"docs/speed.md", "docs/terminal.svg", "docs/testing.md", "docs/troubleshooting.md", "docs/windows-checklist.md",
	}
}

// member is a file of an archive.
type member struct {
	name    string
	mode    fs.FileMode
	content []byte
}

// archive packs each target's program with its companions. As users expect, the archive is
// a zip for Windows and a compressed tar elsewhere, with one directory in it.
func (r release) archive(_ context.Context, targets []target) error {
	for _, t := range targets {
		members, err := r.members(t)
		if err != nil {
			return err
		}
		write := r.writeTar
		if t.System == "windows" {
			write = r.writeZip
		}
		if err := write(filepath.Join(directory, r.ArchiveName(t)), members); err != nil {
			return err
		}
	}
	return nil
}

// Base returns the name of a target's archive without its extension. It is also the name of
// the directory in the archive.
func (r release) Base(t target) string {
	return fmt.Sprintf("%s_%s_%s_%s", program, r.Version, t.System, t.Processor)
}

// ArchiveName returns the file name of a target's archive.
func (r release) ArchiveName(t target) string {
	if t.System == "windows" {
		return r.Base(t) + ".zip"
	}
	return r.Base(t) + ".tar.gz"
}

func (r release) members(t target) ([]member, error) {
	content, err := os.ReadFile(t.program)
	if err != nil {
		return nil, err
	}
	members := []member{{path.Join(r.Base(t), t.ProgramName()), 0o755, content}}
	for _, companion := range companions() {
		content, err := os.ReadFile(filepath.FromSlash(companion.source))
		if err != nil {
			return nil, err
		}
		members = append(members, member{path.Join(r.Base(t), companion.place), 0o644, content})
	}
	return members, nil
}

func (r release) writeTar(path string, members []member) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	compressed := gzip.NewWriter(file)
	archive := tar.NewWriter(compressed)
	for _, m := range members {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: m.name, Size: int64(len(m.content)), Mode: int64(m.mode), ModTime: r.Time,
			Uname: "root", Gname: "root", Format: tar.FormatUSTAR,
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(m.content); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), compressed.Close(), file.Close())
}

func (r release) writeZip(path string, members []member) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(file)
	for _, m := range members {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: r.Time}
		header.SetMode(m.mode)
		writer, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := writer.Write(m.content); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), file.Close())
}
