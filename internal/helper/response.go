package helper

import (
	"context"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
)

// respond returns an entry as the answer to the question. The first answer of a command
// asks git to come back if the server rejects it; the second does not, so that no
// command loops. If other helpers get accepted passwords, the answer uses the form that
// they do not store, if git supports it.
func (h *Helper) respond(ctx context.Context, q Question, e Entry) credential.Response {
	response := e.response()
	if !e.Account.IsGrant() || !e.Usable() {
		return response
	}
	if q.refused == "" && q.Offers("state") {
		response.Capabilities = []string{"state"}
		response.State, response.Continue = []string{stateOf(e)}, true
	}
	if e.Account.HasOtherHelpers() && takesEphemeral(ctx, q) {
		response = response.AsEphemeral()
	}
	return response
}

// takesEphemeral reports whether the git that asks accepts an answer in the ephemeral
// form.
func takesEphemeral(ctx context.Context, q Question) bool {
	return q.Offers("authtype") && HidesTokens(ctx)
}

// response returns the entry in git's form; the zero entry means "I do not know".
func (e Entry) response() credential.Response {
	if e.Account.IsGrant() {
		return credential.Response{
			Username: e.Account.AnswerUsername, Password: e.Secrets.AccessToken, PasswordExpiry: e.Account.Expiry,
		}
	}
	return credential.Response{
		Username: e.Account.Username, UsernameGiven: e.Secrets.Password.IsSet(), Password: e.Secrets.Password,
		PasswordExpiry: e.Account.Expiry, OAuthRefreshToken: e.Secrets.RefreshToken,
	}
}

// expiredPassword returns what an expired password leaves to git and its next helper: the user
// name, and the refresh token that came with it (git 2.41).
func (h *Helper) expiredPassword(ctx context.Context, q Question, account cache.Account) credential.Response {
	if account.IsGrant() {
		return credential.Response{}
	}
	// Without the key there is no refresh token, which is no reason to fail.
	secrets, _ := h.Cache.Unseal(ctx, q.Origin, account)
	return credential.Response{Username: account.Username, OAuthRefreshToken: secrets.RefreshToken}
}
