package helper

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
)

// FuzzReports: reading the output of the refresh child ends without a panic, whatever the
// output is and even if it is incomplete. The final report is read as it was written.
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
		child := json.NewEncoder(&pipe)
		meanwhile := report{Waiting: true, KeyringSlow: gone}
		if err := errors.Join(child.Encode(meanwhile), child.Encode(report{Done: true, Gone: gone, Error: said})); err != nil {
			t.Fatal(err)
		}
		var relayed []report
		last, err := lastReport(&pipe, func(line report) { relayed = append(relayed, line) })
		// JSON replaces each byte that is not UTF-8 by one U+FFFD, as a conversion to runes
		// does.
		if want := (report{Done: true, Gone: gone, Error: string([]rune(said))}); err != nil || !slices.Equal(relayed, []report{meanwhile}) || last != want {
			t.Errorf("%+v, %v, want %+v", last, err, want)
		}
	})
}

// FuzzRefreshRequest: the child reads the request exactly as it was written, to the byte.
func FuzzRefreshRequest(f *testing.F) {
	f.Add("ada", "client-secret", "pw", int64(300e9))
	f.Add("jos\xe9", "\x00\n\u2028", "p\xe4ss", int64(-1))
	f.Fuzz(func(t *testing.T, username, clientSecret, password string, timeout int64) {
		told := refreshRequest{
			Origin: "https://h", Username: []byte(username), ClientSecret: pipedSecret{secret.New(clientSecret)}, ProxyPassword: pipedSecret{secret.New(password)}, Timeout: time.Duration(timeout),
		}
		text, err := json.Marshal(told)
		if err != nil {
			t.Fatal(err)
		}
		var heard refreshRequest
		if err := json.Unmarshal(text, &heard); err != nil || !reflect.DeepEqual(heard, told) {
			t.Errorf("%+v, told as %+v, %v", heard, told, err)
		}
	})
}

// FuzzState: the state that doorkey gave git identifies the token and the account. Any
// other state belongs to another helper, and doorkey ignores it.
func FuzzState(f *testing.F) {
	f.Add("ada", "token", "doorkey:1:0123456789abcdef:ada")
	f.Add("jos\xe9 +%\n", "", "doorkey:1:%zz:%0a")
	f.Add("", "t", "other:x")
	f.Fuzz(func(t *testing.T, label, token, foreign string) {
		e := Entry{cache.Account{Username: label}, cache.Secrets{AccessToken: secret.New(token)}}
		state := stateOf(e)
		fingerprint, back, ours := parseState(state)
		if !ours || back != label || fingerprint != e.Secrets.AccessToken.Fingerprint() || strings.ContainsAny(state, "\r\n\x00") {
			t.Errorf("%q tells of %q and %q", state, fingerprint, back)
		}
		if _, _, ours := parseState(foreign); ours && !strings.HasPrefix(foreign, "doorkey:1:") {
			t.Errorf("took %q", foreign)
		}
		q := QuestionOf(credential.Request{Protocol: "https", Host: "h", Username: label, State: []string{foreign}})
		if q.Origin != "https://h" {
			t.Errorf("asks for %q", q.Origin)
		}
	})
}
