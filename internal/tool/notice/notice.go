package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// file is the path of the licences in the repository.
const file = "NOTICE"

const heading = `git-credential-doorkey has its own licence in the file LICENSE. Its program also has
the works in it that are named here, each under the licence below its name.
`

// notice returns the licences of everything in the program, on all systems. Each text
// occurs once.
func notice(ctx context.Context) (string, error) {
	works, err := works(ctx)
	if err != nil {
		return "", err
	}
	names := make(map[string][]string) // by licence
	for _, name := range slices.Sorted(maps.Keys(works)) {
		text, err := licence(works[name])
		if err != nil {
			return "", fmt.Errorf("%s: %v", name, err)
		}
		names[text] = append(names[text], name)
	}
	texts := slices.SortedFunc(maps.Keys(names), func(a, b string) int { return strings.Compare(names[a][0], names[b][0]) })
	var content strings.Builder
	content.WriteString(heading)
	for _, text := range texts {
		fmt.Fprintf(&content, "\n%s\n%s\n\n%s\n", strings.Repeat("-", 80), strings.Join(names[text], "\n"), text)
	}
	return content.String(), nil
}

// works returns the modules in the program on any system, and Go itself, with the directory
// of each.
func works(ctx context.Context) (map[string]string, error) {
	root, err := goTool(ctx, nil, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	works := map[string]string{"Go's standard library": strings.TrimSpace(root)}
	for _, system := range []string{"linux", "darwin", "windows", "freebsd"} {
		listed, err := goTool(ctx, []string{"CGO_ENABLED=0", "GOOS=" + system},
			"list", "-buildvcs=false", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}", ".")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(listed) {
			path, directory, _ := strings.Cut(strings.TrimSpace(line), "\t")
			works[path] = directory
		}
	}
	return works, nil
}

func goTool(ctx context.Context, environment []string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Env = append(os.Environ(), environment...)
	output, err := command.Output()
	if failed, ran := errors.AsType[*exec.ExitError](err); ran {
		return "", fmt.Errorf("go %s: %s", arguments[0], failed.Stderr)
	}
	return string(output), err
}

// licence reads the licence of a work. The licence has to allow passing doorkey on under
// the MIT licence, and to require nothing but its own text.
func licence(directory string) (string, error) {
	content, err := os.ReadFile(filepath.Join(directory, "LICENSE"))
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(strings.ReplaceAll(string(content), "\r\n", "\n"))
	isMIT := strings.Contains(text, "Permission is hereby granted, free of charge")
	isBSD := strings.Contains(text, "Redistribution and use in source and binary forms") && !strings.Contains(text, "advertising")
	if !isMIT && !isBSD {
		return "", errors.New("its licence is neither MIT nor BSD: see what it asks for, and say it here")
	}
	return text, nil
}
