package install

import (
	"slices"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
)

const (
	// everyHost is the key of helpers that git asks for all hosts.
	everyHost = "credential.helper"
	// helperKeys matches the keys of all helpers, as git lists them.
	helperKeys = `^credential\.(.*\.)?helper$`
)

// Helper is one of the helpers that git asks for an address. With "store", git also passes each of them every accepted
// password, wherever it came from, and they may store it. So every helper besides doorkey gets the tokens.
type Helper struct {
	// Entry is how and where it is configured.
	gitconfig.Entry
	// Doorkey says that the entry runs only doorkey, possibly with arguments.
	Doorkey bool
	// Before says that git asks it before any doorkey: if it has an answer, git does not ask doorkey at all.
	Before bool
}

// Chain returns the helpers that git asks for an address ("https://me@gitlab.example.com/group/project.git"), in git's
// order, given all entries that git reads. If the address has no path or no user name, the chain includes helpers for
// only some paths or users; for an invalid address it has the helpers of all hosts.
func Chain(entries []gitconfig.Entry, address string) []Helper {
	ofHelpers := slices.DeleteFunc(slices.Clone(entries), func(entry gitconfig.Entry) bool {
		return !strings.HasPrefix(entry.Key, "credential.") || !strings.HasSuffix(entry.Key, ".helper")
	})
	return helpers(sectionOf(address).asked(ofHelpers))
}

func helpers(asked []gitconfig.Entry) []Helper {
	var chain []Helper
	found := false
	for _, entry := range asked {
		found = found || isDoorkey(entry)
		chain = append(chain, Helper{Entry: entry, Doorkey: isDoorkey(entry), Before: !found})
	}
	return chain
}

// asked returns those helpers of a chain, in git's reading order, that git asks for some address of the section: the
// ones that no later empty helper resets.
func (s section) asked(chain []gitconfig.Entry) []gitconfig.Entry {
	var asked []gitconfig.Entry
	for _, entry := range chain {
		switch {
		case !s.concerns(entry.Key):
		case entry.Value == "":
			asked = slices.DeleteFunc(asked, func(earlier gitconfig.Entry) bool {
				return s.isCoveredBy(entry.Key) || entry.Key == earlier.Key
			})
		default:
			asked = append(asked, entry)
		}
	}
	return asked
}

// missing returns the helpers other than doorkey that are in one list but not in the
// other.
func missing(from, in []gitconfig.Entry) []gitconfig.Entry {
	return slices.DeleteFunc(slices.Clone(from), func(entry gitconfig.Entry) bool {
		return isDoorkey(entry) || slices.Contains(in, entry)
	})
}

// onlyDoorkey reports whether, by the chain up to the end of a scope, git asks only doorkey for the whole section.
func (s section) onlyDoorkey(chain []gitconfig.Entry, scope gitconfig.Scope) bool {
	asked := s.asked(slices.DeleteFunc(slices.Clone(chain), func(entry gitconfig.Entry) bool {
		return entry.Scope != scope.String() || entry.Key != everyHost && entry.Key != s.key()
	}))
	return len(asked) > 0 && !slices.ContainsFunc(asked, func(entry gitconfig.Entry) bool { return !isDoorkey(entry) })
}
