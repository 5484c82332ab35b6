// Package source says where a setting comes from, so that an error or a hint names the
// one that counts: an environment variable overrides git's configuration, and a key for
// a narrower URL overrides another.
package source

import (
	"net/url"
	"strings"
)

// Setting is where the value of a setting comes from. The zero value is a setting that
// is not set.
type Setting struct {
	Variable      string `json:"variable,omitempty"`        // that is set: "GIT_SSL_CAINFO"
	Key           string `json:"key,omitempty"`             // of git's configuration: "http.https://gitlab.example.com.sslCAInfo"
	OnCommandLine bool   `json:"on_command_line,omitempty"` // the key is set by "git -c" or GIT_CONFIG_COUNT
}

// String names the effective setting: "GIT_SSL_CAINFO", or "git's http.sslCAInfo".
func (s Setting) String() string {
	if s.Variable != "" {
		return s.Variable
	}
	return "git's " + s.Key
}

// Name returns only the name. If nothing is set, it is that of the key to set.
func (s Setting) Name(key string) string {
	switch {
	case s.Variable != "":
		return s.Variable
	case isNarrower(s.Key, key):
		return s.Key
	}
	return key
}

// ToSet says how to set an effective value. The key is the one to set if nothing
// overrides it: "http.https://gitlab.example.com.sslCAInfo".
func (s Setting) ToSet(key, value string) string {
	run := "run: git config --global " + s.withoutVariable().Name(key) + " " + value
	switch {
	case s.Variable != "":
		return "set " + s.Variable + " to " + value + "; or unset that variable, which overrides git's configuration, and " + run
	case s.OnCommandLine && s.Name(key) == s.Key:
		return "set " + s.Key + " to " + value + " where it is set now: by \"git -c\", or by GIT_CONFIG_COUNT or GIT_CONFIG_PARAMETERS"
	}
	return run
}

func (s Setting) withoutVariable() Setting {
	s.Variable = ""
	return s
}

// isNarrower reports whether a key that is set overrides another one for the same
// variable: if it is the same, or has a path or a user, or if the other one is for all
// URLs.
func isNarrower(set, key string) bool {
	subsection, wanted := subsectionOf(set), subsectionOf(key)
	if set == "" || subsection == "" {
		return set != "" && wanted == ""
	}
	address, err := url.Parse(subsection)
	return wanted == "" || subsection == wanted || err == nil && (address.User != nil || strings.Trim(address.Path, "/") != "")
}

// subsectionOf returns the part of a key between section and variable.
func subsectionOf(key string) string {
	_, rest, _ := strings.Cut(key, ".")
	return rest[:max(0, strings.LastIndex(rest, "."))]
}
