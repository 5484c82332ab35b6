package oauthflow

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestDeviceTimes(t *testing.T) {
	const good = `"device_code":"d","user_code":"ABCD1234","verification_uri":"https://gitlab.example.com/oauth/device"`
	for _, test := range []struct {
		name     string
		json     string
		interval time.Duration
		lifetime time.Duration
	}{
		{"as GitLab says it", `"interval":5,"expires_in":300`, 5 * time.Second, 300 * time.Second},
		{"left out", ``, 5 * time.Second, 300 * time.Second},
		{"null", `"interval":null,"expires_in":null`, 5 * time.Second, 300 * time.Second},
		{"zero", `"interval":0,"expires_in":0`, time.Second, 300 * time.Second},
		{"negative", `"interval":-5,"expires_in":-300`, 5 * time.Second, 300 * time.Second},
		{"fractional", `"interval":7.5,"expires_in":900.25`, 7500 * time.Millisecond, 900250 * time.Millisecond},
		{"in quotes", `"interval":"10","expires_in":"600"`, 10 * time.Second, 600 * time.Second},
		{"exponent", `"interval":1e1,"expires_in":6E2`, 10 * time.Second, 600 * time.Second},
		{"tiny", `"interval":0.000001,"expires_in":1e-300`, time.Second, 300 * time.Second},
		{"huge", `"interval":1e18,"expires_in":1e18`, time.Minute, 24 * time.Hour},
		{"beyond all numbers", `"interval":1e999,"expires_in":1e999`, time.Minute, 24 * time.Hour},
		{"more than 64 bits", `"interval":99999999999999999999,"expires_in":99999999999999999999`, time.Minute, 24 * time.Hour},
		{"text", `"interval":"soon","expires_in":"never"`, 5 * time.Second, 300 * time.Second},
		{"no number", `"interval":"NaN","expires_in":"NaN"`, 5 * time.Second, 300 * time.Second},
		{"infinite", `"interval":"-Inf","expires_in":"Inf"`, 5 * time.Second, 24 * time.Hour},
		{"of another type", `"interval":[5],"expires_in":{"seconds":300}`, 5 * time.Second, 300 * time.Second},
		{"true", `"interval":true,"expires_in":true`, 5 * time.Second, 300 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := "{" + good + "}"
			if test.json != "" {
				text = "{" + good + "," + test.json + "}"
			}
			given, err := testProvider().readDevice(readFields([]byte(text)))
			if err != nil || given.interval != test.interval || given.lifetime != test.lifetime {
				t.Errorf("interval %v, lifetime %v, %v", given.interval, given.lifetime, err)
			}
		})
	}
}

func TestUserCode(t *testing.T) {
	for _, test := range []struct {
		name string
		code string
		want string // "" if it is rejected
	}{
		{"GitLab's", "ABCD1234", "ABCD1234"},
		{"with a hyphen", "ABCD-1234", "ABCD-1234"},
		{"in groups", "ABCD 1234", "ABCD 1234"},
		{"with spaces around", " ABCD1234 ", "ABCD1234"},
		{"as long as may be", strings.Repeat("A", 64), strings.Repeat("A", 64)},
		{"too long", strings.Repeat("A", 65), ""},
		{"none", "", ""},
		{"spaces only", "   ", ""},
		{"line break", "ABCD\n1234", ""},
		{"control character", "ABCD\x1b[2J", ""},
		{"letters that run backwards", "ABCD\u202e1234", ""},
		{"letters that nobody can type", "АBCD1234", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			given, err := testProvider().readDevice(fields{
				"device_code": "d", "user_code": test.code, "verification_uri": "https://gitlab.example.com/oauth/device",
			})
			if given.UserCode != test.want || (err != nil) != (test.want == "") {
				t.Errorf("code %q, %v", given.UserCode, err)
			}
		})
	}
}

func TestVerificationURL(t *testing.T) {
	const (
		gitLab   = "https://gitlab.example.com/oauth/authorize"
		withRoot = "https://gitlab.example.com/git/lab/oauth/authorize"
		withPort = "https://gitlab.example.com:8443/oauth/authorize"
	)
	for _, test := range []struct {
		name  string
		kind  string
		own   string // authorization endpoint
		given string
		want  string // "" if it is rejected
	}{
		{"as it is", "gitlab", gitLab, "https://gitlab.example.com/oauth/device", "https://gitlab.example.com/oauth/device"},
		{"with a query", "gitlab", gitLab, "https://gitlab.example.com/oauth/device?user_code=A", "https://gitlab.example.com/oauth/device?user_code=A"},
		{"relative root left out", "gitlab", withRoot, "https://gitlab.example.com/oauth/device?user_code=A", "https://gitlab.example.com/git/lab/oauth/device?user_code=A"},
		{"relative root in place", "gitlab", withRoot, "https://gitlab.example.com/git/lab/oauth/device", "https://gitlab.example.com/git/lab/oauth/device"},
		{"relative root left out of a page that is not known", "gitlab", withRoot, "https://gitlab.example.com/-/device", "https://gitlab.example.com/-/device"},
		{"GitLab by endpoints alone", "oauth", withRoot, "https://gitlab.example.com/oauth/device", "https://gitlab.example.com/git/lab/oauth/device"},
		{"proxy that speaks TLS for it", "gitlab", gitLab, "http://gitlab.example.com/oauth/device", "https://gitlab.example.com/oauth/device"},
		{"proxy that speaks TLS, on a port", "gitlab", withPort, "http://gitlab.example.com/oauth/device", "https://gitlab.example.com:8443/oauth/device"},
		{"proxy that hides its port", "gitlab", withPort, "https://gitlab.example.com/oauth/device", "https://gitlab.example.com:8443/oauth/device"},
		{"proxy and relative root", "gitlab", withRoot, "http://gitlab.example.com:8080/oauth/device", "https://gitlab.example.com/git/lab/oauth/device"},
		{"host in capitals", "gitlab", gitLab, "https://GitLab.example.COM/oauth/device", "https://gitlab.example.com/oauth/device"},
		{"another host", "gitlab", gitLab, "https://evil.example/oauth/device", ""},
		{"another host that begins alike", "gitlab", gitLab, "https://gitlab.example.com.evil.example/oauth/device", ""},
		{"another provider's own page", "oauth", "https://login.example.com/authorize", "https://login.example.com/device", "https://login.example.com/device"},
		{"another provider's page elsewhere", "oauth", "https://login.example.com/authorize", "https://example.org/devicelogin", "https://example.org/devicelogin"},
		{"another provider's page on another port", "oauth", "https://login.example.com/authorize", "https://login.example.com:444/device", "https://login.example.com:444/device"},
		{"another provider behind a proxy", "oauth", "https://login.example.com/authorize", "http://login.example.com/device", "https://login.example.com/device"},
		{"plain http elsewhere", "oauth", "https://login.example.com/authorize", "http://example.org/device", ""},
		{"plain http on this machine", "oauth", "http://127.0.0.1:3000/authorize", "http://127.0.0.1:4000/device", "http://127.0.0.1:4000/device"},
		{"GitHub's", "github", "https://github.com/login/oauth/authorize", "https://github.com/login/device", "https://github.com/login/device"},
		{"a GitHub Enterprise Server's", "github", "https://git.example.com/login/oauth/authorize", "https://git.example.com/login/device", "https://git.example.com/login/device"},
		{"a GitHub that sends people elsewhere", "github", "https://git.example.com/login/oauth/authorize", "https://evil.example/login/device", ""},
		{"none", "gitlab", gitLab, "", ""},
		{"relative", "gitlab", gitLab, "/oauth/device", ""},
		{"without a scheme", "gitlab", gitLab, "//gitlab.example.com/oauth/device", ""},
		{"of another scheme", "gitlab", gitLab, "ftp://gitlab.example.com/oauth/device", ""},
		{"script", "oauth", gitLab, "javascript:alert(1)", ""},
		{"with a user name", "gitlab", gitLab, "https://gitlab.example.com@gitlab.example.com/oauth/device", ""},
		{"with a fragment", "gitlab", gitLab, "https://gitlab.example.com/oauth/device#x", ""},
		{"with a space", "gitlab", gitLab, "https://gitlab.example.com/oauth/ device", ""},
		{"with a line break", "gitlab", gitLab, "https://gitlab.example.com/oauth/device\nrun this", ""},
		{"with an escape character", "gitlab", gitLab, "https://gitlab.example.com/oauth/device\x1b[2J", ""},
		{"with letters that run backwards", "gitlab", gitLab, "https://gitlab.example.com/\u202eoauth/device", ""},
		{"with a backslash in the host", "gitlab", gitLab, `https://evil.example\@gitlab.example.com/oauth/device`, ""},
		{"too long", "gitlab", gitLab, "https://gitlab.example.com/" + strings.Repeat("a", longestURL), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			provider := Provider{Kind: test.kind, AuthURL: test.own}
			got, err := provider.verificationURL(test.given)
			if got != test.want || (err != nil) != (test.want == "") {
				t.Errorf("%q, %v", got, err)
			}
			if err != nil && !isVisibleASCII(strings.ReplaceAll(err.Error(), " ", "")) {
				t.Errorf("the error has control characters: %q", err)
			}
		})
	}
}

func TestVerificationURLComplete(t *testing.T) {
	for _, test := range []struct {
		name     string
		kind     string
		address  string
		complete any
		want     string
	}{
		{"as given", "gitlab", "https://h.example/oauth/device", "https://h.example/oauth/device?user_code=A-1", "https://h.example/oauth/device?user_code=A-1"},
		{"left out by GitLab", "gitlab", "https://h.example/oauth/device", nil, "https://h.example/oauth/device?user_code=A-1"},
		{"left out by GitLab, beside another parameter", "gitlab", "https://h.example/oauth/device?a=b", nil, "https://h.example/oauth/device?a=b&user_code=A-1"},
		{"left out by another provider", "oauth", "https://h.example/device", nil, ""},
		{"on another host", "gitlab", "https://h.example/oauth/device", "https://evil.example/?user_code=A-1", "https://h.example/oauth/device?user_code=A-1"},
		{"without TLS", "oauth", "https://h.example/device", "http://other.example/device?code=A-1", ""},
		{"no text", "oauth", "https://h.example/device", 7, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			provider := Provider{Kind: test.kind, AuthURL: "https://h.example/oauth/authorize"}
			given, err := provider.readDevice(fields{"device_code": "d", "user_code": "A-1",
				"verification_uri": test.address, "verification_uri_complete": test.complete})
			if err != nil || given.VerificationURLComplete != test.want {
				t.Errorf("%q, %v", given.VerificationURLComplete, err)
			}
		})
	}
}

func FuzzDeviceAnswer(f *testing.F) {
	for _, seed := range []string{
		deviceJSON(5 * time.Minute), `{}`, `null`, `[1]`, `{"device_code":"d"} trailing`,
		`{"device_code":"d","user_code":"A","verification_uri":"http://gitlab.example.com:1/oauth/device","interval":-1,"expires_in":1e999}`,
		`{"device_code":"d","user_code":"A","verification_uri":"https://gitlab.example.com/a?b","verification_uri_complete":"//x","interval":"0x1p-2"}`,
	} {
		f.Add([]byte(seed), "gitlab")
		f.Add([]byte(seed), "oauth")
	}
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		provider := testProvider()
		provider.Kind = kind
		given, err := provider.readDevice(readFields(body))
		if err != nil {
			return
		}
		if given.interval < shortestInterval || given.interval > longestInterval || given.lifetime <= 0 || given.lifetime > longestLifetime {
			t.Errorf("interval %v, lifetime %v", given.interval, given.lifetime)
		}
		if given.code.IsEmpty() || strings.TrimSpace(given.UserCode) != given.UserCode || !isUserCode(given.UserCode) {
			t.Errorf("user code %q", given.UserCode)
		}
		checkShownAddress(t, kind, given.VerificationURL)
		if given.VerificationURLComplete != "" {
			checkShownAddress(t, kind, given.VerificationURLComplete)
		}
	})
}

// checkShownAddress checks that doorkey may send a user to an address.
func checkShownAddress(t *testing.T, kind, shown string) {
	t.Helper()
	address, err := url.Parse(shown)
	if err != nil {
		t.Fatalf("%q: %v", shown, err)
	}
	if !isVisibleASCII(shown) || address.User != nil || address.Fragment != "" || !carriesTokens(address) {
		t.Errorf("address %q", shown)
	}
	if kind == "gitlab" && (address.Host != "gitlab.example.com" || address.Scheme != "https") {
		t.Errorf("address %q is not GitLab's", shown)
	}
}

// FuzzSeconds: no number in an answer becomes a duration that is negative or longer than
// ten years.
func FuzzSeconds(f *testing.F) {
	for _, seed := range []string{"5", "-5", "1e999", "0.1", `"7200"`, `"0x10"`, `"1_000"`, "null"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if !json.Valid(value) {
			return
		}
		duration, found := readFields([]byte(`{"n":` + string(value) + `}`)).seconds("n")
		if duration < 0 || duration > mostSeconds*time.Second || !found && duration != 0 {
			t.Errorf("%s is %v", value, duration)
		}
	})
}

// TestPageOfAnotherServer: doorkey tells the user if a page is not on the server that was
// asked, even if it is only the page in the QR code.
func TestPageOfAnotherServer(t *testing.T) {
	for _, row := range []struct{ name, page, complete, want string }{
		{"its own", "https://login.example.com/device", "https://login.example.com/device?c=1", ""},
		{"its own, in capitals and on a port", "https://Login.Example.COM:444/device", "", ""},
		{"elsewhere", "https://example.org/device", "", "example.org"},
		{"a name that begins alike", "https://login.example.com.evil.example/device", "", "login.example.com.evil.example"},
		{"only with the code in it", "https://login.example.com/device", "https://evil.example/?c=1", "evil.example"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := Provider{Kind: "oauth", AuthURL: "https://login.example.com/authorize"}
			answer, err := json.Marshal(map[string]string{"device_code": "d", "user_code": "A", "verification_uri": row.page, "verification_uri_complete": row.complete})
			if err != nil {
				t.Fatal(err)
			}
			given, err := p.readDevice(readFields(answer))
			if err != nil || given.OtherHost != row.want {
				t.Errorf("other host %q, %v, want %q", given.OtherHost, err, row.want)
			}
		})
	}
}
