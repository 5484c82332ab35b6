package main

import (
	"regexp"
	"strings"
)

// fixed replaces what differs from run to run and from machine to machine, so that
// the picture has the same bytes wherever it is drawn. This is the only place in which
// the picture is not what the terminal showed. The host's name and the user code need
// no replacement: the practice GitLab really has them.
//
// A replacement is as long as what it replaces, or stands where no line is broken
// because of it.
func fixed(screen string) string {
	screen = withHome(screen)
	for _, replacement := range []struct{ pattern, with string }{
		// An older git is told by hints what a newer one can do.
		{`(?m)^\w+ +git: \d.*\n( .*\n)*`, "ok       git: 2.54\n"},
		{`(bin/git-credential-doorkey), \S+`, "$1, v1.0.0"},
		{`(fingerprint\s+)[0-9a-f]{16}\b`, "${1}5f0c8e2a94d17b36"},
		{`(expires\s+)\d{4}-\d\d-\d\d \d\d:\d\d \(in \w+\)`, "${1}2026-03-02 16:30 (in 2h0m)"},
	} {
		screen = regexp.MustCompile(replacement.pattern).ReplaceAllString(screen, replacement.with)
	}
	return screen
}

// withHome replaces the path of the practice home. A terminal may break a line in the
// middle of it.
func withHome(screen string) string {
	const home = "/home/ada"
	made := regexp.MustCompile(strings.Join([]string{"/", "t", "m", "p", "/", "d", `\d`, `\d`, `\d\b`}, `\n?`))
	return made.ReplaceAllStringFunc(screen, func(path string) string {
		if end := strings.Index(path, "\n"); end >= 0 {
			return home[:end] + "\n" + home[end:]
		}
		return home
	})
}
