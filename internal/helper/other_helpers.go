package helper

import (
	"context"
	"slices"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
)

// otherHelpers are the helpers that git asks besides doorkey, by name. They are told
// each password that was good, and may keep it.
type otherHelpers struct {
	Everywhere []string `json:"everywhere"` // by what git reads wherever it is run
	Here       []string `json:"here"`       // by what it reads here: in a repository's file, say
}

// findOtherHelpers looks who they are, for all paths, as an account is. It is done
// where settings are read anyway, and remembered with the account.
func (h *Helper) findOtherHelpers(ctx context.Context, q Question) otherHelpers {
	q.Path = ""
	address := q.URL().String()
	// What cannot be read has been said where it mattered.
	entries, _ := h.Config.Git.Entries(ctx)
	everywhere := besidesDoorkey(install.Chain(gitconfig.Everywhere(entries), address))
	here := slices.DeleteFunc(besidesDoorkey(install.Chain(entries, address)), func(name string) bool {
		return slices.Contains(everywhere, name)
	})
	return otherHelpers{everywhere, here}
}

// besidesDoorkey names the other helpers of a chain; none where doorkey is not in
// it, which a person or a program asks by itself then.
func besidesDoorkey(chain []install.Helper) (names []string) {
	if !install.AsksDoorkey(chain) {
		return nil
	}
	for _, helper := range chain {
		if !helper.Doorkey {
			names = append(names, install.HelperName(helper.Entry))
		}
	}
	return names
}

// names are those that are told a token here.
func (o otherHelpers) names() []string { return slices.Concat(o.Everywhere, o.Here) }

// rememberedWith is the account with what was seen of others. What is so
// everywhere is as it was seen last. What is so in one place is not seen from
// another one, so the first that was seen stays until the next sign-in.
func (o otherHelpers) rememberedWith(account cache.Account) cache.Account {
	account.OtherHelpers = o.Everywhere
	if len(account.OtherHelpersOfPlace) == 0 {
		account.OtherHelpersOfPlace = o.Here
	}
	return account
}

// HidesTokens reports whether this git tells no helper of a token in the
// ephemeral form, and works with it: git 2.46 to 2.53 offer it too, and then
// fail at pushes of more than 1 MB (mended by git's commit ed0f7a62f7).
func HidesTokens(ctx context.Context) bool {
	version, err := gitconfig.GitVersion(ctx)
	return err == nil && version.AtLeast(2, 54)
}
