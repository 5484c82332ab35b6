package cache

import (
	"bytes"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
)

// FuzzDecodeAsStruct: decode reads an account as package json does if it is given the
// structs, whatever the members are.
func FuzzDecodeAsStruct(f *testing.F) {
	for _, seed := range [][3]string{
		{`"alice"`, `{"place":"file","id":"00"}`, `"2023-11-15T00:13:20.5+01:00"`},
		{`null`, `null`, `""`}, {`"\ud800"`, `{"place":null}`, `"2023-11-14T2:13:20,5Z"`}, {`"YQ\nAA"`, `[]`, `"9999-12-31T23:59:59-23:59"`},
		{`["a","b"]`, `{"id":"0","id":"1"}`, `[]`}, {`true`, `{}`, `0`}, {`"a","username":"b"`, `{"Place":"file"}`, `null`}, {`[null]`, `{"place":["a"]}`, `"0001-01-01T00:00:00Z"`},
	} {
		f.Add(seed[0], seed[1], seed[2], uint8(0))
		f.Add(seed[0], seed[1], seed[2], uint8(8))
	}
	names := []string{
		"username", "path", "provider", "answer_username", "client_id", "token_endpoint", "revocation_endpoint",
		"scopes", "other_helpers", "other_helpers_of_place", "obtained", "ended", "renewable", "sealed", "version", "more",
	}
	f.Fuzz(func(t *testing.T, value, key, expiry string, name uint8) {
		content := []byte(`{"version":1,"origin":"` + origin + `","accounts":[{"` + names[int(name)%len(names)] + `":` + value + `,"key":` + key + `,"expiry":` + expiry + `}]}`)
		accounts, err := decode(content, origin)
		if err != nil {
			return
		}
		plain := membersOnce(t, content)
		if plain == nil {
			return
		}
		var told file
		if err := json.Unmarshal(plain, &told); err != nil {
			t.Fatalf("package json does not take it: %v", err)
		}
		if len(told.Accounts) != len(accounts) {
			t.Fatalf("%d accounts, not %d", len(accounts), len(told.Accounts))
		}
		for i, account := range accounts {
			want := told.Accounts[i]
			if got := recordOf(account); !got.Obtained.Equal(want.Obtained) || !got.Expiry.Equal(want.Expiry) || !bytes.Equal(got.Sealed, want.Sealed) ||
				!reflect.DeepEqual(comparable(got), comparable(want)) {
				t.Errorf("%+v, package json has %+v", got, want)
			}
		}
	})
}

// comparable removes what only package reflect distinguishes.
func comparable(r record) record {
	r.Obtained, r.Expiry, r.Sealed = time.Time{}, time.Time{}, nil
	r.unknown, r.Key.unknown = nil, nil // package json stores nothing of these
	for _, list := range []*[]string{&r.Scopes, &r.OtherHelpers, &r.OtherHelpersOfPlace} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if r.Renewable == nil {
		r.Renewable = new(true) // decode sets it
	}
	return r
}

// membersOnce writes a file again with each member once. If a member occurs several times,
// the last one counts: package json would merge them into a struct. It returns nil for a
// member with a name that package json would take for another one.
func membersOnce(t *testing.T, content []byte) []byte {
	t.Helper()
	var value any
	if err := json.Unmarshal(content, &value); err != nil {
		t.Fatal(err)
	}
	if hasOddName(value) {
		return nil
	}
	once, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return once
}

func hasOddName(value any) bool {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			if hasOddName(one) {
				return true
			}
		}
	case map[string]any:
		for name, one := range value {
			if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" || hasOddName(one) {
				return true
			}
		}
	}
	return false
}

// FuzzSeal: an account is the same after it was sealed, written, read and unsealed,
// whatever bytes are in it. It cannot be unsealed for another origin, or if anything was
// changed that decides where its secrets are sent.
func FuzzSeal(f *testing.F) {
	f.Add("alice", "group/project", "hunter2", "refresh", "https://gitlab.example.com.")
	f.Add("", "", "", "", "")
	f.Add("jos\xe9", "\x00\n", "p\xe4ss", "\xff\xfe", "jos\xe8")
	f.Fuzz(func(t *testing.T, username, path, password, refresh, other string) {
		account := Account{
			Username: username, Path: path, Provider: "gitlab", AnswerUsername: "oauth2", ClientID: "app",
			TokenEndpoint: origin + "/oauth/token", RevocationEndpoint: origin + "/oauth/revoke", Obtained: time.Unix(1700000000, 0).UTC(),
		}
		secrets := Secrets{RefreshToken: secret.New(refresh), Password: secret.New(password)}
		key := dataKey{keyReference{InFile, "00"}, make([]byte, keySize)}
		sealed, err := seal(key, origin, account, secrets)
		if err != nil {
			t.Fatal(err)
		}
		content, err := encode(origin, contents{accounts: []Account{sealed}})
		if err != nil {
			t.Fatal(err)
		}
		read, err := decode(content, origin)
		if err != nil || !reflect.DeepEqual(read, []Account{sealed}) {
			t.Fatalf("%+v was read as %+v, %v", sealed, read, err)
		}
		if back, err := unseal(key, origin, read[0]); err != nil || !back.Password.Equal(secrets.Password) || !back.RefreshToken.Equal(secrets.RefreshToken) {
			t.Errorf("unseals to other secrets, %v", err)
		}
		if other != origin {
			if _, err := decode(content, other); err == nil {
				t.Errorf("the file is taken for one of %q", other)
			}
			if _, err := unseal(key, other, read[0]); err == nil {
				t.Errorf("unseals for %q", other)
			}
		}
		for _, name := range []string{"Username", "Path", "Provider", "AnswerUsername", "ClientID", "TokenEndpoint", "RevocationEndpoint"} {
			changed := read[0]
			field := reflect.ValueOf(&changed).Elem().FieldByName(name)
			if field.String() == other {
				continue
			}
			field.SetString(other)
			if _, err := unseal(key, origin, changed); err == nil {
				t.Errorf("unseals with %s changed to %q", name, other)
			}
		}
	})
}

// FuzzFileName: the file name of an origin identifies the origin, so no two origins share a
// file, and it is a plain name on every file system.
func FuzzFileName(f *testing.F) {
	f.Add("https", "gitlab.example.com:8443")
	f.Add("git-remote", "[::1]")
	f.Add("long", "00112233445566778899aabbccddeeff")
	f.Add("https", strings.Repeat("b\u00fccher.", 30))
	f.Fuzz(func(t *testing.T, scheme, host string) {
		if scheme == "" || strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.") != "" {
			return // not the scheme of an origin
		}
		name := fileName(scheme + "://" + host)
		if len(name) > longestName || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-%_") != "" {
			t.Errorf("file name %q", name)
		}
		if strings.HasPrefix(name, "long_") {
			return // a hash
		}
		first, rest, _ := strings.Cut(name, "-")
		wasScheme, err := url.PathUnescape(first)
		wasHost, errHost := url.PathUnescape(rest)
		if err != nil || errHost != nil || strings.ReplaceAll(wasScheme, "_", "-") != scheme || wasHost != host {
			t.Errorf("%q tells of %q and %q", name, wasScheme, wasHost)
		}
	})
}
