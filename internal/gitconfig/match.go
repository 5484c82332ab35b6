package gitconfig

import (
	"net/url"
	"slices"
	"strings"
)

// Covers reports whether git takes a setting with the key
// ("credential.https://gitlab.example.com.oauthclientid") for a URL, whatever
// else may be set.
//
// A URL in a key holds as in "git help config", http.<url>.*: for those that begin
// with it. In the section "credential" so does what is no whole URL, such as a
// host alone, as in "git help credentials", CREDENTIAL CONTEXTS.
func Covers(key string, address *url.URL) bool {
	_, holds := rankOf(key, placeOf(address))
	return holds
}

// Concerns reports whether Covers can be true for a URL that the given one is the
// beginning of. Where that depends on a path, its letters' case or a user name
// that are not known yet, it is true.
func Concerns(key string, address *url.URL) bool {
	if Covers(key, address) {
		return true
	}
	open := *address
	pattern := readPattern(subsectionOf(key))
	if open.User == nil && pattern.user != "" {
		open.User = url.User(pattern.user)
	}
	if path := strings.Trim(address.Path, "/") + "/"; path == "/" || startsWithFold(pattern.path+"/", path) || startsWithFold(path, pattern.path+"/") {
		open.Path, open.RawPath = "/"+pattern.path, ""
	}
	return Covers(key, &open)
}

func startsWithFold(text, start string) bool {
	return len(text) >= len(start) && strings.EqualFold(text[:len(start)], start)
}

// subsectionOf is what stands in a key between section and variable, "" if
// nothing does.
func subsectionOf(key string) string {
	_, rest, _ := strings.Cut(key, ".")
	return rest[:max(0, strings.LastIndex(rest, "."))]
}

// place is a URL for which a setting may hold.
type place struct {
	partialURL
	normal normalURL
	isURL  bool // in git's eyes: a host with letters beyond ASCII has none
}

func placeOf(address *url.URL) place {
	normal, isURL := normalize(address.String(), false)
	return place{partialURL{strings.ToLower(address.Scheme), address.User.Username(), address.Host, strings.Trim(address.Path, "/")}, normal, isURL}
}

// partialURL is a URL of which parts may be missing, without escapes.
type partialURL struct{ scheme, user, host, path string }

// readPattern reads what git takes for a context (credential_from_url in git's
// credential.c).
func readPattern(text string) partialURL {
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		scheme, rest = "", text
	}
	end := strings.IndexAny(rest+"/", "/?#")
	authority, path := rest[:end], rest[end:]
	user, host, found := strings.Cut(authority, "@")
	if !found {
		user, host = "", authority
	}
	user, _, _ = strings.Cut(user, ":")
	return partialURL{scheme, unescape(user), unescape(host), unescape(strings.Trim(path, "/"))}
}

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// holdsFor reports whether all parts that there are, are those of a URL. doorkey
// has hosts in lower case, whatever the person has typed.
func (p partialURL) holdsFor(at partialURL) bool {
	return (p.scheme == "" || p.scheme == at.scheme) && (p.user == "" || p.user == at.user) &&
		(p.host == "" || strings.EqualFold(p.host, at.host)) && (p.path == "" || p.path == at.path)
}

// rank says how narrow a setting is. The first number that differs decides, and
// the larger one counts.
type rank [4]int

func (r rank) isBelow(other rank) bool { return slices.Compare(r[:], other[:]) < 0 }

// rankOf reports whether a setting with the key holds for a URL, and how it ranks
// among those that do. A part of a URL ranks below the whole.
func rankOf(key string, at place) (r rank, holds bool) {
	if strings.Count(key, ".") == 1 {
		return rank{}, true
	}
	text := subsectionOf(key)
	if normal, isURL := normalize(text, true); isURL {
		return rank{len(normal.host), len(normal.path), numberOf(normal.hasUser), 1}, at.isURL && normal.holdsFor(at.normal)
	}
	partial := readPattern(text)
	isContext := strings.HasPrefix(key, "credential.")
	return rank{len(partial.host), len(partial.path), numberOf(partial.user != ""), 0}, isContext && partial.holdsFor(at.partialURL)
}

func numberOf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (n normalURL) holdsFor(at normalURL) bool {
	return n.scheme == at.scheme && n.port == at.port && (!n.hasUser || at.hasUser && n.user == at.user) &&
		isHostLike(at.host, n.host) && isBelow(at.path, n.path)
}

// isHostLike compares label by label; "*" in the pattern is any one. A dot at the
// end does not count.
func isHostLike(host, pattern string) bool {
	labels := func(name string) []string { return strings.Split(strings.TrimSuffix(name, "."), ".") }
	return slices.EqualFunc(labels(host), labels(pattern), func(label, wanted string) bool { return wanted == "*" || label == wanted })
}

// isBelow reports whether a path is another one or goes on from there.
func isBelow(path, root string) bool {
	root = strings.TrimSuffix(root, "/")
	rest, found := strings.CutPrefix(path, root)
	return found && (rest == "" || strings.HasPrefix(rest, "/"))
}
