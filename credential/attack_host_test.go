package credential

import (
	"strings"
	"testing"
)

// TestAttackByHost has what a URL's host may contain after git has decoded it. Read rejects
// each request as a whole and returns nothing of it: two programs could parse the host
// differently, or a shell could act on it if it is copied from a message.
func TestAttackByHost(t *testing.T) {
	for name, host := range map[string]string{
		"user information after the port":   "gitlab.com:443@evil.example",
		"user information, decoded":         "gitlab.com\t@evil.example",
		"two at signs":                      "a@gitlab.com@evil.example",
		"backslash before an at sign":       `gitlab.com\@evil.example`,
		"slashes":                           "gitlab.com//evil.example",
		"query":                             "evil.example?.gitlab.com",
		"fragment":                          "evil.example#.gitlab.com",
		"percent-encoded dot":               "gitlab%2ecom",
		"percent-encoded slash":             "evil.example%2fgitlab.com",
		"percent-encoded line break":        "gitlab.com%0ahost=evil.example",
		"vertical tab":                      "gitlab.com\vevil.example",
		"delete character":                  "gitlab.com\x7f",
		"port with a sign":                  "gitlab.com:+443",
		"negative port":                     "gitlab.com:-1",
		"port beyond 32 bits":               "gitlab.com:4294967739",
		"port in other digits":              "gitlab.com:４４３",
		"port with a path":                  "gitlab.com:443/evil",
		"IPv6 without brackets":             "::1",
		"IPv6 with a zone, percent-encoded": "[fe80::1%25lo]",
		"IPv6 with a user":                  "[::1]@evil.example",
		"IPv6 with something after it":      "[::1].evil.example",
		"brackets around a name":            "[gitlab.com]",
		"empty brackets":                    "[]",
		"bracket without its pair":          "gitlab.com]",
		"command of a shell":                "gitlab.$(id).evil.example",
		"command of a shell, backquoted":    "gitlab.`id`.evil.example",
		"variable of a shell":               "gitlab.$HOME.evil.example",
		"several commands":                  "gitlab.com;id",
		"background command":                "gitlab.com&id",
		"pipe":                              "gitlab.com|id",
		"quote":                             "gitlab.com'",
		"double quote":                      `gitlab.com"`,
		"pattern":                           "*.example.com",
		"history":                           "gitlab.com!x",
		"braces":                            "gitlab.{com,org}",
		"redirection":                       "gitlab.com>x",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(strings.NewReader("protocol=https\nhost=" + host + "\n"))
			if err == nil || got.Origin() != "" {
				t.Errorf("origin %q, error %v", got.Origin(), err)
			}
		})
	}
}

// TestAttackByLookalike: a host that looks like another host is a different host.
func TestAttackByLookalike(t *testing.T) {
	known := Request{Protocol: "https", Host: "gitlab.com"}.Origin()
	for name, lookalike := range map[string]Request{
		"trailing dot":                {Protocol: "https", Host: "gitlab.com."},
		"two dots":                    {Protocol: "https", Host: "gitlab..com"},
		"known host as a prefix":      {Protocol: "https", Host: "gitlab.com.evil.example"},
		"known host as a suffix":      {Protocol: "https", Host: "evilgitlab.com"},
		"another port":                {Protocol: "https", Host: "gitlab.com:444"},
		"the port of http":            {Protocol: "https", Host: "gitlab.com:80"},
		"plain http":                  {Protocol: "http", Host: "gitlab.com"},
		"plain http on https's port":  {Protocol: "http", Host: "gitlab.com:443"},
		"a scheme that begins alike":  {Protocol: "https+x", Host: "gitlab.com"},
		"Cyrillic letter":             {Protocol: "https", Host: "gitl\u0430b.com"},
		"full-width dot":              {Protocol: "https", Host: "gitlab\uff0ecom"},
		"ideographic full stop":       {Protocol: "https", Host: "gitlab\u3002com"},
		"letter with a dot above":     {Protocol: "https", Host: "g\u0130tlab.com"},
		"soft hyphen":                 {Protocol: "https", Host: "git\u00adlab.com"},
		"zero-width joiner":           {Protocol: "https", Host: "git\u200dlab.com"},
		"text that runs backwards":    {Protocol: "https", Host: "\u202emoc.baltig"},
		"the same in Punycode's form": {Protocol: "https", Host: "xn--gitlb-6ve.com"},
		"host in the path":            {Protocol: "https", Host: "evil.example", Path: "gitlab.com"},
		"host in the user name":       {Protocol: "https", Host: "evil.example", Username: "gitlab.com"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lookalike.Origin(); got == known || got == "" {
				t.Errorf("origin %q", got)
			}
		})
	}
}
