package cache

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestEveryMemberIsRead: decode reads everything that encode writes of an account. A field
// that only one of them handles would be lost with the next change of the file.
func TestEveryMemberIsRead(t *testing.T) {
	at := time.Unix(1700000000, 0).UTC()
	whole := Account{
		Username: "a", Path: "b", Provider: "c", ProviderGuessed: true, AnswerUsername: "d", ClientID: "e", TokenEndpoint: "f", RevocationEndpoint: "g",
		Scopes: []string{"h"}, Identity: "p", OtherHelpers: []string{"i"}, OtherHelpersOfPlace: []string{"l"}, Obtained: at, Expiry: at, Ended: true, renewable: true,
		key: keyReference{InFile, "j"}, sealed: []byte("k"), unknown: map[string]any{"later": true},
		keyUnknown: map[string]any{"later": "key"}, fleetUnknown: map[string]any{"later": "fleet"},
		Fleet: Membership{Engine: "m", Grant: "n", Generation: 7, Owed: true, Replaces: "o", Obtained: at, Expiry: at},
	}
	for i, fields := 0, reflect.ValueOf(whole); i < fields.NumField(); i++ {
		if fields.Field(i).IsZero() {
			t.Errorf("this test leaves out %s", fields.Type().Field(i).Name)
		}
	}
	content, err := encode(origin, contents{accounts: []Account{whole}})
	if err != nil {
		t.Fatal(err)
	}
	if back, err := decode(content, origin); err != nil || !reflect.DeepEqual(back, []Account{whole}) {
		t.Errorf("%s was read as %+v, %v", content, back, err)
	}
}

// TestRenewableIsNotLost: if doorkey took an account for one without a refresh token, the
// user would have to sign in again.
func TestRenewableIsNotLost(t *testing.T) {
	const start, end = `{"version":1,"origin":"` + origin + `","accounts":[{`, `}]}`
	for _, test := range []struct {
		name, content string
		want          bool
	}{
		{"with one", start + `"renewable":true` + end, true},
		{"without", start + `"renewable":false` + end, false},
		{"of an older doorkey, which did not say it", start + end, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			accounts, err := decode([]byte(test.content), origin)
			if err != nil || len(accounts) != 1 || accounts[0].Renewable() != test.want {
				t.Fatalf("read as %+v, %v", accounts, err)
			}
			again, err := encode(origin, contents{accounts: accounts})
			if err != nil {
				t.Fatal(err)
			}
			if back, err := decode(again, origin); err != nil || back[0].Renewable() != test.want {
				t.Errorf("%s was read as %+v, %v", again, back, err)
			}
		})
	}
}

// TestDamagedFiles: a member of a type that doorkey does not write is damage. doorkey does
// not treat it as missing.
func TestDamagedFiles(t *testing.T) {
	const start = `{"version":1,"origin":"` + origin + `","accounts":`
	for name, content := range map[string]string{
		"no JSON":          `{`,
		"a list":           `[]`,
		"no version":       `{"origin":"` + origin + `"}`,
		"version as text":  `{"version":"1","origin":"` + origin + `"}`,
		"accounts as text": start + `"none"}`,
		"account as text":  start + `["alice"]}`,
		"user name":        start + `[{"username":1}]}`,
		"scopes":           start + `[{"scopes":"api"}]}`,
		"one scope":        start + `[{"scopes":["api",1]}]}`,
		"expiry":           start + `[{"expiry":"tomorrow"}]}`,
		"empty expiry":     start + `[{"expiry":""}]}`,
		"bytes as none":    start + `[{"username":{"base64":"?"}}]}`,
		"bytes as text":    start + `[{"username":{"base64":"YQ=="}}]}`,
		"ended":            start + `[{"ended":"true"}]}`,
		"renewable":        start + `[{"renewable":"true"}]}`,
		"key":              start + `[{"key":"file"}]}`,
		"place of the key": start + `[{"key":{"place":1}}]}`,
		"sealed":           start + `[{"sealed":"?"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			if accounts, err := decode([]byte(content), origin); err == nil || !strings.Contains(err.Error(), "damaged: ") {
				t.Errorf("read as %+v, %v", accounts, err)
			}
		})
	}
}
