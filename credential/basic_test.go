package credential

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
)

func TestAsEphemeral(t *testing.T) {
	answer := Response{
		Username: "oauth2", Password: secret.New("token"), PasswordExpiry: time.Unix(1700000000, 0),
		Capabilities: []string{"state"}, State: []string{"doorkey:1"}, Continue: true,
	}
	var out bytes.Buffer
	if err := answer.AsEphemeral().Write(&out); err != nil {
		t.Fatal(err)
	}
	// output of: printf oauth2:token | base64
	want := "capability[]=authtype\ncapability[]=state\nauthtype=Basic\ncredential=b2F1dGgyOnRva2Vu\nephemeral=1\n" +
		"password_expiry_utc=1700000000\nstate[]=doorkey:1\ncontinue=1\n"
	if out.String() != want {
		t.Errorf("wrote %q, want %q", out.String(), want)
	}
}

func TestDecoded(t *testing.T) {
	for _, row := range []struct {
		name, input        string
		username, password string
	}{
		{"a credential of the scheme Basic", "authtype=Basic\ncredential=b2F1dGgyOnRva2Vu\n", "oauth2", "token"},
		{"the scheme in lower case (RFC 9110 section 11.1)", "authtype=basic\ncredential=b2F1dGgyOnRva2Vu\n", "oauth2", "token"},
		{"a password with a colon", "authtype=Basic\ncredential=YTpiOmM=\n", "a", "b:c"},
		{"an empty password", "authtype=Basic\ncredential=YTo=\n", "a", ""},
		{"the same user name beside it", "authtype=Basic\ncredential=YTpi\nusername=a\n", "a", "b"},
		{"another user name beside it", "authtype=Basic\ncredential=YTpi\nusername=c\n", "c", "not set"},
		{"another scheme", "authtype=Bearer\ncredential=b2F1dGgyOnRva2Vu\n", "", "not set"},
		{"not base64", "authtype=Basic\ncredential=%%%\n", "", "not set"},
		{"no colon", "authtype=Basic\ncredential=YWJj\n", "", "not set"},
		{"none at all", "authtype=Basic\n", "", "not set"},
		{"a password in the plain form", "username=a\npassword=b\n", "a", "b"},
	} {
		t.Run(row.name, func(t *testing.T) {
			request, err := Read(strings.NewReader("protocol=https\nhost=gitlab.com\n" + row.input))
			if err != nil {
				t.Fatal(err)
			}
			decoded := request.Decoded()
			password := decoded.Password.Reveal()
			if !decoded.Password.IsSet() {
				password = "not set"
			}
			if decoded.Username != row.username || password != row.password {
				t.Errorf("%q, %q; want %q, %q", decoded.Username, password, row.username, row.password)
			}
		})
	}
}
