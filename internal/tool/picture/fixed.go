package main

import (
	"regexp"
	"strings"
)

// fixed replaces what differs between runs and between machines, so that the picture has
// the same bytes wherever it is drawn. This is the only place where the picture differs
// from what the terminal showed. The host's name and the user code need no replacement,
// because the practice GitLab really uses them.
//
// A replacement is as long as the original, or is in a place where it does not change line
// breaks.
func fixed(screen string) string {
	screen = withHome(screen)
	for _, replacement := range []struct{ pattern, with string }{
		// An older git gets hints about what a newer one can do.
		{`(?m)^\w+ +git: \d.*\n( .*\n)*`, "ok       git: 2.54\n"},
		{`(bin/git-credential-doorkey), \S+`, "$1, v1.0.0"},
		{`(fingerprint\s+)[0-9a-f]{16}\b`, "${1}5f0c8e2a94d17b36"},
		{`(expires\s+)\d{4}-\d\d-\d\d \d\d:\d\d \(in \w+\)`, "${1}2026-03-02 16:30 (in 2h0m)"},
	} {
		screen = regexp.MustCompile(replacement.pattern).ReplaceAllString(screen, replacement.with)
	}
	return screen
}

// withHome replaces the path of the practice home directory. A terminal may break a line in
// the middle of it.
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
