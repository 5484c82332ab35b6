package install

import (
	"net/url"
	"slices"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
)

const (
	// everyHost is the key of helpers that git asks for every host.
	everyHost = "credential.helper"
	// helperKeys matches the keys of all helpers, as git lists them.
	helperKeys = `^credential\.(.*\.)?helper$`
)

// asked gives those helpers of a chain, in git's reading order, that git asks for some address of the section:
// the ones that no later empty helper resets.
func (s section) asked(chain []gitconfig.Entry) []gitconfig.Entry {
	var asked []gitconfig.Entry
	for _, entry := range chain {
		switch {
		case !s.concerns(entry.Key):
		case entry.Value == "":
			asked = slices.DeleteFunc(asked, func(earlier gitconfig.Entry) bool {
				return entry.Key == everyHost || entry.Key == s.key() || entry.Key == earlier.Key
			})
		default:
			asked = append(asked, entry)
		}
	}
	return asked
}

// concerns tells whether helpers under the key can be asked for an address of the section. Where that depends on the
// path of a repository or its letters' case, the answer is yes.
func (s section) concerns(key string) bool {
	pattern := strings.ToLower(patternOf(key))
	if pattern == "" || s.host == nil {
		return true
	}
	scheme, rest, found := strings.Cut(pattern, "://")
	if !found {
		scheme, rest = s.host.Scheme, pattern
	}
	authority, path, _ := strings.Cut(rest, "/")
	authority = authority[strings.LastIndex(authority, "@")+1:]
	return scheme == s.host.Scheme && sameHost(authority, s.host) && overlap(path, strings.ToLower(s.host.Path))
}

// patternOf gives the URL, or part of one, that stands in the key of a helper.
func patternOf(key string) string {
	pattern, _ := strings.CutSuffix(strings.TrimPrefix(key, "credential."), "helper")
	return strings.TrimSuffix(pattern, ".")
}

// sameHost compares host and port; a "*" in the pattern stands for one label ("git help config", http.<url>.*).
func sameHost(pattern string, host *url.URL) bool {
	if pattern == "" {
		return true
	}
	canonical := &url.URL{Scheme: host.Scheme, Host: pattern}
	labels := strings.Split(canonical.Hostname(), ".")
	wanted := strings.Split(host.Hostname(), ".")
	return portOf(canonical) == portOf(host) &&
		slices.EqualFunc(labels, wanted, func(label, wanted string) bool { return label == "*" || label == wanted })
}

// overlap tells whether one path leads to the other.
func overlap(one, other string) bool {
	one, other = strings.Trim(one, "/")+"/", strings.Trim(other, "/")+"/"
	return one == "/" || other == "/" || strings.HasPrefix(one, other) || strings.HasPrefix(other, one)
}

// missing gives the helpers other than doorkey that are in one list and not in the other.
func missing(from, in []gitconfig.Entry) []gitconfig.Entry {
	return slices.DeleteFunc(slices.Clone(from), func(entry gitconfig.Entry) bool {
		return isDoorkey(entry) || slices.Contains(in, entry)
	})
}

// onlyDoorkey tells whether, by the chain up to the end of a scope, doorkey and nobody else is asked for the section as a whole.
func (s section) onlyDoorkey(chain []gitconfig.Entry, scope gitconfig.Scope) bool {
	asked := s.asked(slices.DeleteFunc(slices.Clone(chain), func(entry gitconfig.Entry) bool {
		return entry.Scope != scope.String() || entry.Key != everyHost && entry.Key != s.key()
	}))
	return len(asked) > 0 && !slices.ContainsFunc(asked, func(entry gitconfig.Entry) bool { return !isDoorkey(entry) })
}
