package gitconfig

import "strings"

// line is an entry and how it is written.
type line struct {
	Entry
	alone bool // without "=", which differs from empty
}

// newLine reads "key LF value", or a key alone.
func newLine(scope, origin, setting string) line {
	key, value, given := strings.Cut(setting, "\n")
	return line{Entry{Scope: scope, Origin: origin, Key: key, Value: value}, !given}
}

// isOf reports whether a line is one of a section.
func (l line) isOf(section string) bool { return strings.HasPrefix(l.Key, section+".") }

// name is the variable, in lower case.
func (l line) name() string { return l.Key[strings.LastIndex(l.Key, ".")+1:] }

// value returns the value, with git's default for a missing one.
func (l line) value() string {
	if l.alone {
		return "true"
	}
	return l.Value
}

// isForURL reports whether a line is only for some URLs.
func (l line) isForURL() bool { return strings.Count(l.Key, ".") > 1 }

// isReadByGit reports whether git itself reads a line in the section "credential". Of
// these, the last matching one counts (select_all in git's credential.c), not the one
// for the narrowest URL.
func (l line) isReadByGit() bool {
	switch l.name() {
	case "username", "usehttppath":
		return l.isOf("credential")
	}
	return false
}
