package credential

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"git-credential-doorkey/internal/secret"
)

// FuzzReadAsGit: Read rejects everything that git rejects, and reads the same as git from
// what it accepts. Tokens are lost if two programs read two different hosts from the same
// text (CVE-2020-5260, CVE-2024-52006).
func FuzzReadAsGit(f *testing.F) {
	for _, seed := range []string{
		"protocol=https\nhost=gitlab.com\nusername=a=b\npassword=\n\nhost=evil.example\n",
		"host=a\r\npath=b\r\n\r\n", "host=a\r", "host=a\r\n\r", "=\n", "username\x00=a\n", "username=a\x00b", "wwwauth[]=\nauthtype=Basic\ncredential=YTpi\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		request, err := Read(bytes.NewReader(input))
		if err != nil {
			return
		}
		values, err := readAsGit(string(input))
		if err != nil {
			t.Fatalf("git refuses it: %v", err)
		}
		for key, read := range map[string]string{
			"protocol": request.Protocol, "host": request.Host, "path": request.Path, "username": request.Username,
			"password": request.Password.Reveal(), "oauth_refresh_token": request.OAuthRefreshToken.Reveal(),
			"authtype": request.AuthType, "credential": request.Credential.Reveal(),
		} {
			if read != values[key] {
				t.Errorf("%s is %q, for git it is %q", key, read, values[key])
			}
		}
	})
}

// FuzzWrite: an answer is written completely or not at all. git reads from it exactly what
// was put in, whatever a server chose for its tokens.
func FuzzWrite(f *testing.F) {
	f.Add("oauth2", "token", "doorkey:1:00:", "refresh")
	f.Add("", "a\nhost=evil.example", "b\r", "c\x00")
	f.Add("a=b", " ", "=", "\xff")
	f.Fuzz(func(t *testing.T, username, password, state, refresh string) {
		response := Response{
			Username: username, UsernameGiven: true, Password: secret.New(password), OAuthRefreshToken: secret.New(refresh), State: []string{state},
		}
		var written bytes.Buffer
		if err := response.Write(&written); err != nil {
			if written.Len() > 0 || !strings.ContainsAny(username+password+state+refresh, "\n\r\x00") {
				t.Errorf("%v, after %q was written", err, written.String())
			}
			return
		}
		values, err := readAsGit(written.String())
		want := map[string]string{"username": username, "password": password, "oauth_refresh_token": refresh, "state[]": state}
		if err != nil || fmt.Sprint(values) != fmt.Sprint(want) {
			t.Errorf("git reads %q, %v", values, err)
		}
	})
}

// readAsGit reads lines as git does (credential_read in git 2.55): lines end in LF or CR
// LF, texts end at a NUL, and the last of several values counts.
func readAsGit(input string) (map[string]string, error) {
	values := make(map[string]string)
	for line := range strings.Lines(input) {
		if text, whole := strings.CutSuffix(line, "\n"); whole {
			line = strings.TrimSuffix(text, "\r")
		}
		if line == "" {
			break
		}
		line, _, _ = strings.Cut(line, "\x00")
		key, value, found := strings.Cut(line, "=")
		if !found {
			return nil, fmt.Errorf("invalid credential line: %q", line)
		}
		values[key] = value
	}
	return values, nil
}
