package credential

import (
	"encoding/base64"
	"strings"

	"git-credential-doorkey/internal/secret"
)

// basic is the scheme of a user name and a password (RFC 7617).
const basic = "Basic"

// AsEphemeral returns the response in the form that no helper stores: user name and
// password as one credential of the scheme Basic, only for this command (authtype, git
// 2.46). Before git 2.54, git does not send such a credential with the probe before a
// request over http.postBuffer (1 MB), so that large pushes fail.
func (r Response) AsEphemeral() Response {
	r.Capabilities = append([]string{"authtype"}, r.Capabilities...)
	r.AuthType, r.Ephemeral = basic, true
	r.Credential = secret.New(base64.StdEncoding.EncodeToString([]byte(r.Username + ":" + r.Password.Reveal())))
	r.Username, r.UsernameGiven, r.Password = "", false, secret.Text{}
	return r
}

// Decoded returns the request with the user name and the password of a credential of the
// scheme Basic, so that both forms can be compared. It returns a request without such a
// credential unchanged.
func (r Request) Decoded() Request {
	if !strings.EqualFold(r.AuthType, basic) || r.Password.IsSet() {
		return r
	}
	decoded, err := base64.StdEncoding.DecodeString(r.Credential.Reveal())
	username, password, found := strings.Cut(string(decoded), ":")
	if err != nil || !found || r.UsernameGiven && r.Username != username {
		return r
	}
	r.Username, r.UsernameGiven, r.Password = username, true, secret.New(password)
	return r
}
