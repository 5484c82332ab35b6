package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// FuzzTimeout: a time that is taken is one to wait for, and says itself again.
func FuzzTimeout(f *testing.F) {
	for _, seed := range []string{"", "300", "5m", "-1", "0", "9223372036", "9223372037", "1e9", "+5", "1h2m3.5s", "0x10", " 5", "1ns", "5 m"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		timeout, err := parseTimeout(value)
		if err != nil {
			return
		}
		again, err := parseTimeout(timeout.String())
		now := time.Now()
		if timeout <= 0 || err != nil || again != timeout || !now.Add(timeout).After(now) {
			t.Errorf("%q is %v, which is %v, %v", value, timeout, again, err)
		}
	})
}

// FuzzTarget: a URL that a person gives is taken as git takes it, or not at all.
func FuzzTarget(f *testing.F) {
	for _, seed := range []string{
		"gitlab.example.com", "https://Ada@GitLab.example.com:443/group/project.git/", "HTTP://[::1]:8080", "https://a@b@c", "https://h%41/",
		"https://h/%0a", "https://%0a@h/", "https://h:/", "https://h?a", "https:h", "://h", "cert:///x", "https://b\u00fccher.example", "https://h/a b", "https://h\\evil/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		found, err := parseTarget(given)
		if err != nil {
			return
		}
		if q := found.question(""); q.origin != found.origin || q.Username != found.label {
			t.Errorf("%q is %+v, and asks for %q at %q", given, found, q.Username, q.origin)
		}
		if again, err := parseTarget(found.origin); err != nil || again.origin != found.origin {
			t.Errorf("%q is at %q, which is at %q, %v", given, found.origin, again.origin, err)
		}
		if !strings.Contains(given, "://") {
			given = "https://" + given
		}
		asked := askedByGit(t, given)
		if asked.Origin() != found.origin || asked.Username != found.label && found.label != "" {
			t.Errorf("%q is %+v, and for git it is %q at %q", given, found, asked.Username, asked.Origin())
		}
	})
}

// askedByGit is what git asks its helpers about a URL; nothing if it refuses the
// URL. The one who is asked says nothing, so that git then asks nobody.
func askedByGit(t *testing.T, address string) credential.Request {
	t.Helper()
	git := exec.Command("git", "-c", "credential.helper=", "-c", "credential.helper=!cat >&2;:", "-c", "credential.useHttpPath=true", "credential", "fill")
	git.Env = append(git.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_DIR=/dev/null", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=")
	git.Stdin = strings.NewReader("url=" + address + "\n\n")
	var asked bytes.Buffer
	git.Stderr = &asked
	_ = git.Run() // nobody knows the password
	// After the question there is git's own complaint.
	lines, _, _ := strings.Cut(asked.String(), "\nfatal: ")
	request, err := credential.Read(strings.NewReader(lines + "\n"))
	if err != nil {
		return credential.Request{}
	}
	return request
}

// FuzzPrintable: nothing that a terminal acts on, breaks a line or turns it
// around comes through, and every character stays in its place.
func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{"plain", "\x1b[2J", "\u009b", "a\r\nb\u2028\u2029", "\u202e\u2066\u200f\u061c", "\u200b\ufeff\u00ad\U000e0041", "\xc0\xaf\xed\xa0\x80\xff", "\u00a0\u3000", "e\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shown := printable(text)
		for _, c := range shown {
			if unicode.In(c, unicode.C, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
				t.Errorf("%q is shown as %q", text, shown)
			}
		}
		if printable(shown) != shown {
			t.Errorf("%q is shown as %q and then as %q", text, shown, printable(shown))
		}
	})
}

// FuzzBrowserArguments: the program that opens the browser is given its own
// arguments and one address of the web, written in characters of a URL.
func FuzzBrowserArguments(f *testing.F) {
	for _, seed := range []string{
		"https://h/?a=b&c=%25s", "http://127.0.0.1:4000/", "https://u:p@[::1]/\u202e?\"#`", "http://@[::1]", "-https://h/", "https://h/%s", "https://h\\x", "HTTPS:h",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		arguments, err := browserArguments([]string{"open"}, address)
		if err != nil {
			return
		}
		if len(arguments) != 2 || arguments[0] != "open" {
			t.Fatalf("starts %q", arguments)
		}
		shown := arguments[1]
		isWeb := strings.HasPrefix(shown, "https://") || strings.HasPrefix(shown, "http://127.") || strings.HasPrefix(shown, "http://[::")
		if !isWeb || strings.ContainsFunc(shown, isNotOfURL) {
			t.Errorf("opens %q", shown)
		}
		placed, err := browserArguments([]string{"b", "--url=%s", "-x"}, address)
		if want := []string{"b", "--url=" + shown, "-x"}; err != nil || !slices.Equal(placed, want) {
			t.Errorf("starts %q, %v, want %q", placed, err, want)
		}
	})
}

// FuzzParseProxy: a proxy that is taken is one host of a known scheme, its
// password is nowhere but in its place, and the question for one has three lines.
func FuzzParseProxy(f *testing.F) {
	for _, seed := range []string{
		"http://ada:pw-of-ada@proxy.example:3128", "proxy.example", "socks5h://a%40b:p@ss@[::1]:1080/", "http://ada%0ahost=evil@proxy.example",
		"https://ada:pw-of-ada@proxy.example:port", "http://a:pw-of-ada@h/run/proxy.sock", "http://[fe80::1%25eth0]:1", "ftp://ada:pw-of-ada@h", "ada:pw-of-ada://@h", "http://h%0aost", "://:@",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const hush = "pw-of-ada"
		proxy, password, err := parseProxy(text)
		if err != nil {
			// A protocol of that name is none; before a ":" or an "@" it is a secret.
			scheme, _, _ := strings.Cut(text, "://")
			isProtocol := strings.Contains(strings.ToLower(scheme), hush) && !strings.ContainsAny(scheme, ":@")
			if strings.Contains(err.Error(), hush) && !isProtocol {
				t.Errorf("error %v", err)
			}
			return
		}
		if !isProxyScheme(proxy.Scheme) || proxy.Hostname() == "" || proxy.Path != "" || proxy.RawQuery != "" || strings.ContainsAny(proxy.Host, "\r\n\x00 @/") {
			t.Errorf("proxy %q", proxy)
		}
		if _, inURL := proxy.User.Password(); inURL {
			t.Errorf("the password is in %q", proxy)
		}
		settings := oauthflow.HTTPSettings{Proxy: proxy.String(), ProxyPassword: password}
		if _, err := oauthflow.NewHTTPClient(settings); err != nil {
			t.Errorf("%q: %v", proxy, err)
		}
		if proxy.User != nil && strings.ContainsAny(proxy.User.Username(), "\r\n\x00") {
			t.Errorf("user name %q", proxy.User.Username())
		}
	})
}

// FuzzReports: whatever the refresh child says, or a part of it, reading it
// ends without a panic; what was done is known as it was said.
func FuzzReports(f *testing.F) {
	f.Add([]byte(`{"waiting":true}`+"\n"+`{"done":true,"gone":true}`+"\n"), "no network\nrun it again", true)
	f.Add([]byte("\n"), strings.Repeat("\x00", 20000), false)
	f.Add([]byte(`{"done":1}`), "\xff", false)
	f.Fuzz(func(t *testing.T, output []byte, said string, gone bool) {
		nobody := func(report) {}
		if last, err := lastReport(bytes.NewReader(output), nobody); err == nil != last.Done {
			t.Errorf("%+v, %v", last, err)
		}
		var pipe bytes.Buffer
		child := &doorkey{out: &pipe}
		meanwhile := report{Waiting: true, KeyringSlow: gone}
		child.report(meanwhile)
		child.report(report{Done: true, Gone: gone, Error: said})
		var relayed []report
		last, err := lastReport(&pipe, func(line report) { relayed = append(relayed, line) })
		// JSON has one U+FFFD for each byte that is no UTF-8, as a conversion has.
		if want := (report{Done: true, Gone: gone, Error: string([]rune(said))}); err != nil || !slices.Equal(relayed, []report{meanwhile}) || last != want {
			t.Errorf("%+v, %v, want %+v", last, err, want)
		}
	})
}

// FuzzTask: the child is told what it is to do to the byte.
func FuzzTask(f *testing.F) {
	f.Add("ada", "client-secret", "pw", int64(300e9))
	f.Add("jos\xe9", "\x00\n\u2028", "p\xe4ss", int64(-1))
	f.Fuzz(func(t *testing.T, username, clientSecret, password string, timeout int64) {
		told := task{
			Origin: "https://h", Username: []byte(username), ClientSecret: []byte(clientSecret), ProxyPassword: []byte(password), Timeout: time.Duration(timeout),
		}
		text, err := json.Marshal(told)
		if err != nil {
			t.Fatal(err)
		}
		var heard task
		if err := json.Unmarshal(text, &heard); err != nil || !reflect.DeepEqual(heard, told) {
			t.Errorf("%+v, told as %+v, %v", heard, told, err)
		}
	})
}

// FuzzState: what doorkey gave git to bring back says which token of whose it
// was; anything else is another helper's, and is let alone.
func FuzzState(f *testing.F) {
	f.Add("ada", "token", "doorkey:1:0123456789abcdef:ada")
	f.Add("jos\xe9 +%\n", "", "doorkey:1:%zz:%0a")
	f.Add("", "t", "other:x")
	f.Fuzz(func(t *testing.T, label, token, foreign string) {
		e := entry{cache.Account{Username: label}, cache.Secrets{AccessToken: secret.New(token)}}
		state := stateOf(e)
		fingerprint, back, ours := parseState(state)
		if !ours || back != label || fingerprint != e.secrets.AccessToken.Fingerprint() || strings.ContainsAny(state, "\r\n\x00") {
			t.Errorf("%q tells of %q and %q", state, fingerprint, back)
		}
		if _, _, ours := parseState(foreign); ours && !strings.HasPrefix(foreign, "doorkey:1:") {
			t.Errorf("took %q", foreign)
		}
		q := questionOf(credential.Request{Protocol: "https", Host: "h", Username: label, State: []string{foreign}})
		if q.origin != "https://h" {
			t.Errorf("asks for %q", q.origin)
		}
	})
}
