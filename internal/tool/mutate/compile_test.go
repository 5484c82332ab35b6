package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGuardsLeaveACompleteProgram: what stays without a guard compiles. Otherwise the guard's
// test would fail for that reason alone.
func TestGuardsLeaveACompleteProgram(t *testing.T) {
	t.Chdir(filepath.Join("..", "..", ".."))
	packages := listPackages(t)
	imports := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(packages[path].Export)
	})
	for _, g := range guards() {
		t.Run(g.name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.FromSlash(g.file))
			if err != nil {
				t.Fatal(err)
			}
			without := strings.Replace(string(content), g.with, g.without, 1)
			p, err := packageOf(packages, g.file)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.check(imports, filepath.Base(g.file), without); err != nil {
				t.Error(err)
			}
		})
	}
}

// goPackage is what "go list" says about a package.
type goPackage struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Module                  struct{ Main bool }
}

// listPackages returns all packages of the program, and those that they import.
func listPackages(t *testing.T) map[string]goPackage {
	t.Helper()
	output, err := exec.Command("go", "list", "-deps", "-export", "-json=ImportPath,Dir,Export,GoFiles,Module", "./...").Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Logf("%s", failed.Stderr)
		}
		t.Fatal(err)
	}
	packages := make(map[string]goPackage)
	for decoder := json.NewDecoder(strings.NewReader(string(output))); decoder.More(); {
		var p goPackage
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
	return packages
}

// packageOf returns the package with a file, by its path below the module.
func packageOf(packages map[string]goPackage, file string) (goPackage, error) {
	absolute, err := filepath.Abs(filepath.FromSlash(file))
	if err != nil {
		return goPackage{}, err
	}
	for _, p := range packages {
		if p.Module.Main && p.Dir == filepath.Dir(absolute) {
			return p, nil
		}
	}
	return goPackage{}, fmt.Errorf("no package has %s", file)
}

// check type-checks a package in which one file has another content.
func (p goPackage) check(imports types.Importer, changed, content string) error {
	files := token.NewFileSet()
	parsed := make([]*ast.File, 0, len(p.GoFiles))
	seen := false
	for _, name := range p.GoFiles {
		var source any
		if name == changed {
			source, seen = content, true
		}
		file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, file)
	}
	if !seen {
		return fmt.Errorf("%s is not part of %s on this system", changed, p.ImportPath)
	}
	_, err := (&types.Config{Importer: imports}).Check(p.ImportPath, files, parsed, nil)
	return err
}
