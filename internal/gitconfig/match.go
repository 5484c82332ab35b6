package gitconfig

import (
	"net/url"
	"slices"
	"strings"
)

// Covers reports whether git applies a setting with the key
// ("credential.https://gitlab.example.com.oauthclientid") to a URL, whatever else is
// set.
//
// A URL in a key applies to URLs that begin with it, as in "git help config",
// http.<url>.*. In the section "credential", so does an incomplete URL, such as only a
// host, as in "git help credentials", CREDENTIAL CONTEXTS.
func Covers(key string, address *url.URL) bool {
	_, holds := rankOf(key, placeOf(address))
	return holds
}

// Concerns reports whether Covers can be true for a URL that begins with the given one.
// It is true if that depends on a path, the case of its letters or a user name that is
// not known yet.
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

// subsectionOf returns the part of a key between section and variable, "" if there is
// none.
func subsectionOf(key string) string {
	_, rest, _ := strings.Cut(key, ".")
	return rest[:max(0, strings.LastIndex(rest, "."))]
}

// place is a URL that a setting may apply to.
type place struct {
	partialURL
	normal normalURL
	isURL  bool // git accepts it as a URL: not a host with characters beyond ASCII
}

func placeOf(address *url.URL) place {
	normal, isURL := normalize(address.String(), false)
	return place{partialURL{strings.ToLower(address.Scheme), address.User.Username(), address.Host, strings.Trim(address.Path, "/")}, normal, isURL}
}

// partialURL is a URL of which parts may be missing, without escapes.
type partialURL struct{ scheme, user, host, path string }

// readPattern reads what git accepts as a context (credential_from_url in git's
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

// holdsFor reports whether all parts that are present match a URL. doorkey has hosts in
// lower case, whatever the user typed.
func (p partialURL) holdsFor(at partialURL) bool {
	return (p.scheme == "" || p.scheme == at.scheme) && (p.user == "" || p.user == at.user) &&
		(p.host == "" || strings.EqualFold(p.host, at.host)) && (p.path == "" || p.path == at.path)
}

// rank says how narrow a setting is. The first number that differs decides, and the
// larger one wins.
type rank [4]int

func (r rank) isBelow(other rank) bool { return slices.Compare(r[:], other[:]) < 0 }

// rankOf reports whether a setting with the key applies to a URL, and its rank among
// those that do. A part of a URL ranks below a whole one.
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

// isHostLike compares label by label; "*" in the pattern matches any one. A dot at the
// end is ignored.
func isHostLike(host, pattern string) bool {
	labels := func(name string) []string { return strings.Split(strings.TrimSuffix(name, "."), ".") }
	return slices.EqualFunc(labels(host), labels(pattern), func(label, wanted string) bool { return wanted == "*" || label == wanted })
}

// isBelow reports whether a path equals another one or continues it.
func isBelow(path, root string) bool {
	root = strings.TrimSuffix(root, "/")
	rest, found := strings.CutPrefix(path, root)
	return found && (rest == "" || strings.HasPrefix(rest, "/"))
}
