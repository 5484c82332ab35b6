package main

import (
	"context"
	"slices"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
)

// otherHelpers names the helpers that git asks besides doorkey. They are told
// each password that was good, and may keep it. It is looked at where settings
// are read anyway, and remembered with the account until the next sign-in: each
// repository can have a list of its own, of which this one says nothing.
func (d *doorkey) otherHelpers(ctx context.Context, q question) (names []string) {
	// What cannot be read has been said where it mattered.
	entries, _ := d.config.Entries(ctx)
	chain := install.Chain(entries, q.URL().String())
	if !asksDoorkey(chain) {
		return nil // a person or a program asks doorkey by itself
	}
	for _, helper := range chain {
		if !helper.Doorkey {
			names = append(names, helperName(helper.Entry))
		}
	}
	return names
}

// asksDoorkey reports whether doorkey is one of the helpers.
func asksDoorkey(chain []install.Helper) bool {
	return slices.ContainsFunc(chain, func(helper install.Helper) bool { return helper.Doorkey })
}

// respond is an entry as the answer to the question. The first answer of a
// command asks git to come back if the server refuses it; the second does not,
// so that no command goes round in circles. Where other helpers are told what
// was good, the answer has the form that they do not keep, if git is up to it.
func (d *doorkey) respond(ctx context.Context, q question, e entry) credential.Response {
	response := e.response()
	if !e.account.IsGrant() || !e.usable() {
		return response
	}
	if q.refused == "" && q.Offers("state") {
		response.Capabilities = []string{"state"}
		response.State, response.Continue = []string{stateOf(e)}, true
	}
	if len(e.account.OtherHelpers) > 0 && takesEphemeral(ctx, q) {
		response = response.AsEphemeral()
	}
	return response
}

// takesEphemeral reports whether the git that asks can be answered in the
// ephemeral form.
func takesEphemeral(ctx context.Context, q question) bool {
	return q.Offers("authtype") && hidesTokens(ctx)
}

// hidesTokens reports whether this git tells no helper of a token in the
// ephemeral form, and works with it: git 2.46 to 2.53 offer it too, and then
// fail at pushes of more than 1 MB (mended by git's commit ed0f7a62f7).
func hidesTokens(ctx context.Context) bool {
	version, err := gitconfig.GitVersion(ctx)
	return err == nil && version.AtLeast(2, 54)
}
