package e2e

import (
	"strings"
	"testing"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/test/parts"
)

// TestAttackByConfusedHost: doorkey stores a grant and a password for two hosts. A request
// for a different host that looks similar, or for the same host with another scheme or
// port, gets neither of them, cannot replace them and cannot delete them. (The parser's own
// tables are in credential/read_test.go and credential/attack_host_test.go.)
func TestAttackByConfusedHost(t *testing.T) {
	parts.Long(t)
	v := newVictim(t)
	keepGrant(t, v.state, cache.InFile, "https://gitlab.example.com", "")
	v.asks(t, "store", "protocol=https\nhost=code.example\nusername=ada\npassword=hunter2\n")
	before := v.files(t, "https-gitlab.example.com.json", "https-code.example.json")
	for name, place := range map[string]string{
		"plain http":                      "protocol=http\nhost=%s",
		"plain http on https's port":      "protocol=http\nhost=%s:443",
		"another port":                    "protocol=https\nhost=%s:8443",
		"the port of http":                "protocol=https\nhost=%s:80",
		"ftp":                             "protocol=ftp\nhost=%s",
		"no protocol":                     "host=%s",
		"empty protocol":                  "protocol=\nhost=%s",
		"empty host":                      "protocol=https\nhost=",
		"no host":                         "protocol=https\npath=%s",
		"a certificate's":                 "protocol=cert\nhost=\npath=%s",
		"trailing dot":                    "protocol=https\nhost=%s.",
		"dot in front":                    "protocol=https\nhost=.%s",
		"known host as a prefix":          "protocol=https\nhost=%s.evil.example",
		"known host as a suffix":          "protocol=https\nhost=evil%s",
		"host below the known one":        "protocol=https\nhost=evil.%s",
		"user information":                "protocol=https\nhost=%s@evil.example",
		"user information with a port":    "protocol=https\nhost=%s:443@evil.example",
		"the other way about":             "protocol=https\nhost=evil.example@%s",
		"backslash":                       `protocol=https` + "\n" + `host=evil.example\%s`,
		"slash":                           "protocol=https\nhost=%s/x",
		"percent-encoded dot at its end":  "protocol=https\nhost=%s%%2e",
		"percent-encoded line break":      "protocol=https\nhost=evil.example%%0ahost=%s",
		"fragment":                        "protocol=https\nhost=evil.example#%s",
		"query":                           "protocol=https\nhost=evil.example?%s",
		"Kelvin sign, Cyrillic and so on": "protocol=https\nhost=\u043e%s",
		"invisible letter":                "protocol=https\nhost=%s\u200b",
		"full-width dot":                  "protocol=https\nhost=www\uff0e%s",
		"IPv6 zone":                       "protocol=https\nhost=[::1%%%s]",
		"two hosts":                       "protocol=https\nhost=evil.example\nhost=%s",
		"two protocols":                   "protocol=http\nprotocol=https\nhost=%s",
		"lone carriage return":            "protocol=https\nhost=evil.example\rhost=%s",
		"NUL":                             "protocol=https\nhost=%s\x00.evil.example",
		"NUL in another line":             "protocol=https\npath=\x00\nhost=%s",
		"blank line before the host":      "protocol=https\n\nhost=%s",
		"line that is too long":           "path=" + strings.Repeat("a", 66_000) + "\nprotocol=https\nhost=%s",
		"other file's name":               "protocol=https\nhost=../https-%s",
		"file's name in a protocol":       "protocol=https-%s\nhost=x",
		"url, which helpers are not sent": "url=https://%s/",
	} {
		t.Run(name, func(t *testing.T) {
			for _, host := range []string{"gitlab.example.com", "code.example"} {
				request := strings.ReplaceAll(strings.ReplaceAll(place, "%s", host), "%%", "%") + "\n"
				if got := v.asks(t, "get", request); strings.Contains(got.stdout, "password") || strings.Contains(got.stdout, "username") {
					t.Errorf("%q is answered with %q", request, got.stdout)
				}
				for _, user := range []string{"ada", "oauth2"} {
					v.asks(t, "erase", request+"username="+user+"\npassword=hunter2\n")
				}
				v.asks(t, "erase", request)
				for _, user := range []string{"ada", "oauth2"} {
					request := request + "username=" + user + "\npassword=evil\n"
					v.asks(t, "store", request)
					defer v.asks(t, "erase", request)
				}
			}
			for host, want := range map[string]string{"gitlab.example.com": "password=token of ", "code.example": "password=hunter2"} {
				if got := v.asks(t, "get", "protocol=https\nhost="+host+"\n"); !strings.Contains(got.stdout, want+"\n") {
					t.Errorf("%s is then answered with %q", host, got.stdout)
				}
			}
		})
	}
	if after := v.files(t, "https-gitlab.example.com.json", "https-code.example.json"); after != before {
		t.Errorf("files before:\n%s\nand after:\n%s", before, after)
	}
	if times, log := v.opened(t); times > 0 {
		t.Errorf("the browser was opened:\n%s", log)
	}
}

// TestAttackByURL: git parses and decodes URLs before it asks. doorkey gets the content of
// a submodule's URL in this form.
func TestAttackByURL(t *testing.T) {
	v := newVictim(t)
	keepGrant(t, v.state, cache.InFile, "https://gitlab.example.com", "")
	v.git(t, "", "config", "--global", "credential.useHttpPath", "true")
	for name, url := range map[string]string{
		"line break":                  "https://evil.example%0ahost=gitlab.example.com/",
		"line break in the path":      "https://evil.example/%0ahost=gitlab.example.com",
		"line break in the user":      "https://a%0ahost=gitlab.example.com@evil.example/",
		"carriage return":             "https://evil.example%0dhost=gitlab.example.com/",
		"carriage return in the user": "https://a%0dhost=gitlab.example.com%0d@evil.example/",
		"NUL":                         "https://gitlab.example.com%00.evil.example/",
		"at sign":                     "https://evil.example%40gitlab.example.com/",
		"two at signs":                "https://gitlab.example.com@evil.example@gitlab.example.com.evil.example/",
		"slash":                       "https://gitlab.example.com%2f.evil.example/",
		"backslash":                   `https://evil.example\@gitlab.example.com.evil.example/`,
		"fragment":                    "https://evil.example#@gitlab.example.com/",
		"query":                       "https://evil.example?@gitlab.example.com/",
		"port":                        "https://gitlab.example.com:444/",
		"colon without a port":        "https://gitlab.example.com:@evil.example/",
		"plain http":                  "http://gitlab.example.com/",
		"plain http on https's port":  "http://gitlab.example.com:443/",
		"no host":                     "https:///gitlab.example.com",
		"other scheme":                "ftps://gitlab.example.com/",
		"nested":                      "https::https://gitlab.example.com/",
	} {
		t.Run(name, func(t *testing.T) {
			if got := v.runs(t, "url="+url+"\n\n", "git", "credential", "fill"); strings.Contains(got.stdout, "token of") {
				t.Errorf("answered with %q", got.stdout)
			}
		})
	}
	if got := v.runs(t, "url=https://GitLab.example.com:443/\n\n", "git", "credential", "fill"); !strings.Contains(got.stdout, "password=token of \n") {
		t.Errorf("the host itself: %q, %s", got.stdout, got.stderr)
	}
}
