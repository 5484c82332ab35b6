package main

import (
	"context"
	"slices"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
)

// others are the helpers that git asks besides doorkey, by name. They are told
// each password that was good, and may keep it.
type others struct {
	Everywhere []string `json:"everywhere"` // by what git reads wherever it is run
	Here       []string `json:"here"`       // by what it reads here: in a repository's file, say
}

// otherHelpers looks who they are, for all paths, as an account is. It is done
// where settings are read anyway, and remembered with the account.
func (d *doorkey) otherHelpers(ctx context.Context, q question) others {
	q.Path = ""
	address := q.URL().String()
	// What cannot be read has been said where it mattered.
	entries, _ := d.config.Entries(ctx)
	everywhere := besidesDoorkey(install.Chain(gitconfig.Everywhere(entries), address))
	here := slices.DeleteFunc(besidesDoorkey(install.Chain(entries, address)), func(name string) bool {
		return slices.Contains(everywhere, name)
	})
	return others{everywhere, here}
}

// besidesDoorkey names the other helpers of a chain; none where doorkey is not in
// it, which a person or a program asks by itself then.
func besidesDoorkey(chain []install.Helper) (names []string) {
	if !asksDoorkey(chain) {
		return nil
	}
	for _, helper := range chain {
		if !helper.Doorkey {
			names = append(names, helperName(helper.Entry))
		}
	}
	return names
}

// names are those that are told a token here.
func (o others) names() []string { return slices.Concat(o.Everywhere, o.Here) }

// rememberedWith is the account with what was seen of others. What is so
// everywhere is as it was seen last. What is so in one place is not seen from
// another one, so the first that was seen stays until the next sign-in.
func (o others) rememberedWith(account cache.Account) cache.Account {
	account.OtherHelpers = o.Everywhere
	if len(account.OtherHelpersOfPlace) == 0 {
		account.OtherHelpersOfPlace = o.Here
	}
	return account
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
	if e.account.HasOtherHelpers() && takesEphemeral(ctx, q) {
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
