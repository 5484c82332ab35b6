// release builds everything in a release of doorkey, from the source in this
// directory, for people who publish it:
//
//	go run ./internal/tool/release -version v1.2.3 [-maintainer "NAME <ADDRESS>"] [-home URL -files URL]
//
// It writes to dist/: an archive for each system and processor, packages for Debian
// and Fedora, the list of modules in them, and checksums. With -home and -files,
// which say where the project and the files of this release will be, it also writes
// the manifests for Homebrew, Scoop and winget. The same source and version make the
// same bytes, on any machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release is what is built, from what, and where the result goes.
type release struct {
	Version    string // without the "v"
	Maintainer string // of the packages: "NAME <ADDRESS>"
	Home       string // the project's page; "" if it does not exist yet
	Files      string // the URL of the directory with the files of this release; "" likewise
	Time       time.Time
}

const (
	directory   = "dist" // where all results are
	program     = "git-credential-doorkey"
	description = "Git credential helper that signs in with OAuth, once"
)

// versions matches the versions that Go modules, Debian and Fedora all accept.
var versions = regexp.MustCompile(`^v(\d+\.\d+\.\d+)$`)

func run(ctx context.Context, args []string) error {
	r := release{}
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	version := flags.String("version", "", "the version, such as v1.2.3")
	flags.StringVar(&r.Maintainer, "maintainer", "the doorkey authors", "who answers for the packages, \"NAME <ADDRESS>\"")
	flags.StringVar(&r.Home, "home", "", "the project's page")
	flags.StringVar(&r.Files, "files", "", "where the files of this release will be found on the web")
	if err := flags.Parse(args); err != nil {
		return err
	}
	parsed := versions.FindStringSubmatch(*version)
	if parsed == nil {
		return fmt.Errorf("-version is %q: it must be like v1.2.3", *version)
	}
	r.Version = parsed[1]
	if (r.Home == "") != (r.Files == "") {
		return errors.New("-home and -files go together")
	}
	r.Files = strings.TrimSuffix(r.Files, "/")
	var err error
	if r.Time, err = sourceTime(ctx); err != nil {
		return err
	}
	return r.make(ctx)
}

// sourceTime returns the time of every file in the release: SOURCE_DATE_EPOCH
// (reproducible-builds.org) if it is set, or the time of the last commit.
func sourceTime(ctx context.Context) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		output, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%ct").Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("no commit to take the time of: %v; set SOURCE_DATE_EPOCH", err)
		}
		text = strings.TrimSpace(string(output))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q: it must be a number of seconds", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// make builds everything again, step by step.
func (r release) make(ctx context.Context) error {
	if err := errors.Join(os.RemoveAll(directory), os.MkdirAll(directory, 0o755)); err != nil {
		return err
	}
	for _, needed := range companions() {
		if _, err := os.Stat(filepath.FromSlash(needed.source)); err != nil {
			return fmt.Errorf("every package has %q in it: %v", needed.source, err)
		}
	}
	programs, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(programs)
	targets := targets(programs)
	for _, step := range []func(context.Context, []target) error{r.build, r.archive, r.pack, r.listModules, r.sum, r.describe} {
		if err := step(ctx, targets); err != nil {
			return err
		}
	}
	return tell()
}

// tell lists the results.
func tell() error {
	return filepath.WalkDir(directory, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			fmt.Println(path)
		}
		return err
	})
}
