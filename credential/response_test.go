package credential

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
)

func TestWrite(t *testing.T) {
	for _, row := range []struct {
		name string
		Response
		want string
	}{
		{"unknown", Response{}, ""},
		{"token", Response{Username: "oauth2", Password: secret.New("t"), PasswordExpiry: time.Unix(1700000000, 5e8)},
			"username=oauth2\npassword=t\npassword_expiry_utc=1700000000\n"},
		{"empty user name and password", Response{UsernameGiven: true, Password: secret.New("")}, "username=\npassword=\n"},
		{"capabilities come first", Response{Username: "u", Password: secret.New("p"), Capabilities: []string{"state"}, State: []string{"doorkey:1"}, Continue: true},
			"capability[]=state\nusername=u\npassword=p\nstate[]=doorkey:1\ncontinue=1\n"},
		{"credential form", Response{Capabilities: []string{"authtype"}, AuthType: "Basic", Credential: secret.New("b64"), Ephemeral: true},
			"capability[]=authtype\nauthtype=Basic\ncredential=b64\nephemeral=1\n"},
		{"for a storage helper", Response{Username: "oauth2", Password: secret.New("t"), OAuthRefreshToken: secret.New("r")},
			"username=oauth2\npassword=t\noauth_refresh_token=r\n"},
		{"git is to stop", Response{Quit: true}, "quit=1\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := row.Write(&out); err != nil {
				t.Fatal(err)
			}
			if out.String() != row.want {
				t.Errorf("wrote %q, want %q", out.String(), row.want)
			}
		})
	}
}

func TestWriteRefusesLinesOfAServersOwn(t *testing.T) {
	for name, response := range map[string]Response{
		"LF in the token":     {Username: "oauth2", Password: secret.New("t\nhost=evil.example")},
		"CR in the token":     {Username: "oauth2", Password: secret.New("t\rhost=evil.example")},
		"NUL in the token":    {Username: "oauth2", Password: secret.New("t\x00")},
		"LF in the user name": {Username: "oauth2\nquit=1", Password: secret.New("t")},
		"LF in the state":     {State: []string{"doorkey:1\npassword=x"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := response.Write(&out)
			if err == nil || strings.Contains(err.Error(), "evil") {
				t.Errorf("error %v, want one without the value", err)
			}
			if out.Len() > 0 {
				t.Errorf("wrote %q", out.String())
			}
		})
	}
}

func TestWriteCapabilities(t *testing.T) {
	var out bytes.Buffer
	if err := WriteCapabilities(&out, "state"); err != nil {
		t.Fatal(err)
	}
	if want := "version 0\ncapability state\n"; out.String() != want {
		t.Errorf("wrote %q, want %q", out.String(), want)
	}
}
