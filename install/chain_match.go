package install

import (
	"net/url"
	"slices"
	"strings"
)

// Covers reports whether git takes a setting with the key ("credential.https://gitlab.example.com.oauthclientid") for an
// address, whatever else may be set.
func Covers(key, address string) bool { return sectionOf(address).isCoveredBy(key) }

// sectionOf is the section of one address, that of no host in particular where it is no address.
func sectionOf(address string) section {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return section{}
	}
	host := &url.URL{Scheme: strings.ToLower(parsed.Scheme), User: parsed.User, Path: strings.TrimRight(parsed.Path, "/")}
	host.Host = strings.ToLower(parsed.Host)
	return section{host}
}

// pattern is the URL, or part of one, that stands in a key between section and name. An empty part matches anything.
type pattern struct {
	scheme, user, host, path string
	// partial says that it has no scheme: git compares host and path as they are written ("git help credentials",
	// CREDENTIAL CONTEXTS).
	partial bool
}

func patternOf(key string) pattern {
	_, text, _ := strings.Cut(key, ".")
	text = text[:max(0, strings.LastIndex(text, "."))]
	scheme, rest, whole := strings.Cut(text, "://")
	if !whole {
		scheme, rest = "", text
	}
	authority, path, _ := strings.Cut(rest, "/")
	at := strings.LastIndex(authority, "@")
	user, _, _ := strings.Cut(authority[:max(at, 0)], ":")
	return pattern{strings.ToLower(scheme), user, strings.ToLower(authority[at+1:]), strings.Trim(path, "/"), !whole}
}

// concerns reports whether helpers under the key can be asked for an address of the section. Where that depends on the
// path of a repository, its letters' case or a user name that the section leaves open, the answer is yes.
func (s section) concerns(key string) bool {
	p := patternOf(key)
	if s.host == nil {
		return true
	}
	user := s.host.User.Username()
	return p.onHost(s.host) && (p.user == "" || user == "" || p.user == user) && overlap(strings.ToLower(p.path), strings.ToLower(s.host.Path))
}

// isCoveredBy reports whether helpers under the key are asked for every address of the section.
func (s section) isCoveredBy(key string) bool {
	p := patternOf(key)
	switch {
	case p == pattern{partial: true}:
		return true
	case s.host == nil || !p.onHost(s.host) || p.user != "" && p.user != s.host.User.Username():
		return false
	case p.partial:
		return !strings.Contains(p.host, "*") && (p.path == "" || p.path == strings.Trim(s.host.Path, "/"))
	}
	return p.path == "" || strings.HasPrefix(strings.Trim(s.host.Path, "/")+"/", p.path+"/")
}

// onHost compares scheme, host and port; a "*" in the pattern stands for one label ("git help config", http.<url>.*).
func (p pattern) onHost(host *url.URL) bool {
	if p.scheme != "" && p.scheme != host.Scheme {
		return false
	}
	if p.host == "" {
		return true
	}
	canonical := &url.URL{Scheme: host.Scheme, Host: p.host}
	labels := strings.Split(canonical.Hostname(), ".")
	wanted := strings.Split(host.Hostname(), ".")
	return portOf(canonical) == portOf(host) &&
		slices.EqualFunc(labels, wanted, func(label, wanted string) bool { return label == "*" || label == wanted })
}

// overlap reports whether one path leads to the other.
func overlap(one, other string) bool {
	one, other = strings.Trim(one, "/")+"/", strings.Trim(other, "/")+"/"
	return one == "/" || other == "/" || strings.HasPrefix(one, other) || strings.HasPrefix(other, one)
}
