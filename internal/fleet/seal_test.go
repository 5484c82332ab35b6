package fleet

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
)

func fullRecord() Record {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC)
	return Record{
		Grant: "grant", Generation: 7,
		Account: Account{
			Provider: "gitlab", ProviderGuessed: true, AnswerUsername: "oauth2", ClientID: "id",
			TokenEndpoint: "https://gitlab.example.com/oauth/token", RevocationEndpoint: "https://gitlab.example.com/oauth/revoke", Scopes: []string{"read_repository"},
		},
		Tokens:  Tokens{secret.New("the-access-token"), secret.New("the-refresh-token \xff"), at, at.Add(time.Hour)},
		Claim:   &Claim{"claim", "host", at, 3, true},
		Suspect: &Event{"suspect", "host", at}, Failure: &Event{"failure", "host", at}, Ended: &Event{"ended", "host", at},
	}
}

func mustSeal(t *testing.T, keys Keys, name Name, r Record) []byte {
	t.Helper()
	value, err := keys.Seal(name, r)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// TestSealThenOpen: the whole record comes back, even on a machine that has the key in
// second place.
func TestSealThenOpen(t *testing.T) {
	first, second := newKeys(t, 1), newKeys(t, 1)
	both := Keys{append(append([]secret.Text{}, second.all...), first.all...)}
	value := mustSeal(t, first, gitlab, fullRecord())
	for _, keys := range []Keys{first, both} {
		r, err := keys.Open(gitlab, value)
		if err != nil {
			t.Fatal(err)
		}
		if again := mustSeal(t, keys, gitlab, r); bytes.Equal(again, value) {
			t.Error("two seals have the same bytes")
		}
		want := fullRecord()
		if !r.Tokens.AccessToken.Equal(want.Tokens.AccessToken) || !r.Tokens.RefreshToken.Equal(want.Tokens.RefreshToken) {
			t.Error("the tokens are others")
		}
		r.Tokens.AccessToken, r.Tokens.RefreshToken = secret.Text{}, secret.Text{}
		want.Tokens.AccessToken, want.Tokens.RefreshToken = secret.Text{}, secret.Text{}
		got, _ := json.Marshal(r)
		expected, _ := json.Marshal(want)
		if !bytes.Equal(got, expected) {
			t.Errorf("got %s, want %s", got, expected)
		}
	}
}

// TestEngineSeesNoSecret: the engine cannot read the content of a record.
func TestEngineSeesNoSecret(t *testing.T) {
	value := string(mustSeal(t, newKeys(t, 1), gitlab, fullRecord()))
	for _, text := range []string{"access", "refresh-token", "gitlab", "grant", "host", "oauth2"} {
		if strings.Contains(value, text) {
			t.Errorf("the engine sees %q", text)
		}
	}
}

// TestOpenRefuses: if a record belongs to another fleet or was changed, the error says what
// to do and shows nothing of the content.
func TestOpenRefuses(t *testing.T) {
	keys := newKeys(t, 2)
	value := mustSeal(t, keys, gitlab, fullRecord())
	changed := func(change func(*envelope)) []byte {
		var e envelope
		if err := json.Unmarshal(value, &e); err != nil {
			t.Fatal(err)
		}
		change(&e)
		content, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	for _, row := range []struct {
		name  string
		keys  Keys
		whose Name
		value []byte
		says  string
	}{
		{"another key", newKeys(t, 1), gitlab, value, "copy the fleet's keys to this machine"},
		{"another host", keys, Name{Origin: "https://gitlab.example.org"}, value, "moved here from another address"},
		{"another label", keys, Name{gitlab.Origin, "work"}, value, "moved here from another address"},
		{"a newer form", keys, gitlab, changed(func(e *envelope) { e.Form = 2 }), "update doorkey"},
		{"another of its keys named", keys, gitlab, changed(func(e *envelope) { e.Key = keys.IDs()[1] }), "cannot decrypt"},
		{"a bit changed", keys, gitlab, changed(func(e *envelope) { e.Sealed[20] ^= 1 }), "cannot decrypt"},
		{"cut off", keys, gitlab, changed(func(e *envelope) { e.Sealed = e.Sealed[:5] }), "too short"},
		{"something else", keys, gitlab, []byte("hello"), "use another address for the fleet"},
		{"another object", keys, gitlab, []byte(`{"a":1}`), "use another address for the fleet"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, err := row.keys.Open(row.whose, row.value)
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v, %v", r, err)
			}
		})
	}
}

// TestNothingIsWrittenOver: a machine does not overwrite a record that it cannot read.
func TestNothingIsWrittenOver(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		w.signIn(w.machine("person"))
		other := w.machine("other")
		before, _, _, _ := w.open().Read(t.Context())
		h := other.host()
		h.Keys = newKeys(t, 1)
		_, refresh := h.Refresh(t.Context(), "")
		_, signIn := h.Prepare(t.Context())
		end := h.End(t.Context(), "", revokeWith(func() error { return nil }))
		for what, err := range map[string]error{"refresh": refresh, "sign-in": signIn, "end": end, "try": h.TryWrite(t.Context())} {
			if err == nil || errors.Is(err, ErrOutOfReach) || !strings.Contains(err.Error(), "which this machine does not have") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if after, _, _, _ := w.open().Read(t.Context()); !bytes.Equal(before, after) {
			t.Error("the record was changed")
		}
	})
}

func TestParseKeys(t *testing.T) {
	good := NewKey().Reveal()
	for _, row := range []struct {
		name, content string
		count         int
		says          string
	}{
		{"one", good, 1, ""},
		{"with a line break, blank lines, comments, CRLF", "# ours\r\n\r\n" + good + "\r\n  " + NewKey().Reveal() + "\n", 2, ""},
		{"by PowerShell, in UTF-16", "\xff\xfe" + strings.Join(strings.Split(good+"\r\n", ""), "\x00") + "\x00", 1, ""},
		{"by PowerShell, in UTF-8", "\xef\xbb\xbf" + good + "\r\n", 1, ""},
		{"nothing", "\n", 0, "no fleet key"},
		{"too short", good[:8], 0, "line 1"},
		{"not base64", good + "\nkey=" + good, 0, "line 2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			keys, err := ParseKeys(secret.New(row.content))
			if row.says == "" && err != nil || row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) || keys.Len() != row.count {
				t.Errorf("got %d keys, %v", keys.Len(), err)
			}
			if err != nil && strings.Contains(err.Error(), good[:8]) {
				t.Errorf("the error shows a key: %v", err)
			}
		})
	}
}

// TestNameInEngine: different accounts have different names, and a name reveals nothing
// about its account.
func TestNameInEngine(t *testing.T) {
	seen := make(map[string]Name)
	for _, name := range []Name{gitlab, {gitlab.Origin, "work"}, {gitlab.Origin + "work", ""}, {"https://gitlab.example.com:444", ""}} {
		in := name.InEngine()
		if other, twice := seen[in]; twice || len(in) != 32 || strings.Contains(in, "gitlab") {
			t.Errorf("%v has the name %q, as %v", name, in, other)
		}
		seen[in] = name
	}
}

func TestParseAddress(t *testing.T) {
	for _, row := range []struct {
		text string
		want Address
		says string // part of the error
	}{
		{"kubernetes:ci/doorkey", Address{Kubernetes, "", "ci/doorkey"}, ""},
		{"vault+https://vault.example:8200/secret/doorkey", Address{Vault, "https://vault.example:8200", "secret/doorkey"}, ""},
		{"vault+https://vault.example/secret/a/b/", Address{Vault, "https://vault.example", "secret/a/b"}, ""},
		{"etcd+https://etcd.example:2379/doorkey", Address{Etcd, "https://etcd.example:2379", "doorkey"}, ""},
		{"etcd+http://127.0.0.1:2379/a/b", Address{Etcd, "http://127.0.0.1:2379", "a/b"}, ""},
		{"etcd+http://[::1]:2379/a", Address{Etcd, "http://[::1]:2379", "a"}, ""},
		{"etcd+http://localhost/a", Address{Etcd, "http://localhost", "a"}, ""},
		{"", Address{}, "not an engine"},
		{"redis://x/y", Address{}, "not an engine"},
		{"kubernetes:ci", Address{}, "namespace and a Secret"},
		{"kubernetes:ci/a/b", Address{}, "namespace and a Secret"},
		{"vault+https://vault.example/secret", Address{}, "no path in the engine"},
		{"etcd+https://etcd.example", Address{}, "no path in the engine"},
		{"etcd+http://etcd.example/a", Address{}, "not https"},
		{"etcd+ftp://127.0.0.1/a", Address{}, "not https"},
		{"etcd+https://user:pass@etcd.example/a", Address{}, "a user name or a password"},
		{"etcd+https://etcd.example/a?b=c", Address{}, "not an address"},
		{"etcd+https:///a", Address{}, "not an address"},
	} {
		t.Run(row.text, func(t *testing.T) {
			got, err := ParseAddress(row.text)
			if got != row.want || (err == nil) != (row.says == "") || err != nil && !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %+v, %v", got, err)
			}
			if err != nil && strings.Contains(err.Error(), "pass@") {
				t.Errorf("the error shows a password: %v", err)
			}
		})
	}
}

// FuzzOpen: doorkey accepts nothing from an engine that was not encrypted with the fleet's
// key.
func FuzzOpen(f *testing.F) {
	content := secret.New("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	keys, err := ParseKeys(content)
	if err != nil {
		f.Fatal(err)
	}
	value, err := keys.Seal(gitlab, fullRecord())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"form":1,"key":"` + keys.IDs()[0] + `","sealed":"AAAA"}`))
	f.Add([]byte("[]"))
	f.Fuzz(func(t *testing.T, other []byte) {
		if r, err := keys.Open(gitlab, other); err == nil && !bytes.Equal(other, value) {
			t.Errorf("%q opens to %v", other, r)
		}
	})
}
