package main

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// bill is a software bill of materials in the CycloneDX 1.6 format (cyclonedx.org). That
// format needs only the information about a module that a Go program has about itself. SPDX
// also needs the licence and the supplier.
type bill struct {
	Form        string      `json:"bomFormat"`
	FormVersion string      `json:"specVersion"`
	Version     int         `json:"version"`
	Metadata    metadata    `json:"metadata"`
	Components  []component `json:"components"`
}

type metadata struct {
	Time      string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
	URL     string `json:"purl"` // github.com/package-url/purl-spec
}

// listModules writes the list of modules in the programs of all targets, as the programs
// themselves report them.
func (r release) listModules(_ context.Context, targets []target) error {
	var components []component
	for _, t := range targets {
		build, err := buildinfo.ReadFile(t.program)
		if err != nil {
			return fmt.Errorf("modules of the program for %s/%s: %v", t.System, t.Processor, err)
		}
		components = append(components, goModule("stdlib", strings.TrimPrefix(build.GoVersion, "go")))
		for _, module := range build.Deps {
			components = append(components, goModule(module.Path, module.Version))
		}
	}
	slices.SortFunc(components, func(a, b component) int { return cmp.Compare(a.URL, b.URL) })
	content, err := json.MarshalIndent(bill{
		Form: "CycloneDX", FormVersion: "1.6", Version: 1, Components: slices.Compact(components),
		Metadata: metadata{
			Time:      r.Time.Format(time.RFC3339),
			Component: component{"application", program, r.Version, "pkg:generic/" + program + "@" + r.Version},
		},
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, fmt.Sprintf("%s_%s.cdx.json", program, r.Version)), append(content, '\n'), 0o644)
}

func goModule(path, version string) component {
	return component{"library", path, version, "pkg:golang/" + path + "@" + version}
}
