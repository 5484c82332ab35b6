package helper

import (
	"context"
	"slices"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
)

// otherHelpers are the names of the helpers that git asks besides doorkey. Git passes
// them each accepted password, and they may store it.
type otherHelpers struct {
	Everywhere []string `json:"everywhere"` // configured wherever git is run
	Here       []string `json:"here"`       // configured only here, for example in a repository's file
}

// findOtherHelpers finds them for all paths, since an account is for all paths. It runs
// when settings are read anyway, and the result is stored with the account.
func (h *Helper) findOtherHelpers(ctx context.Context, q Question) otherHelpers {
	q.Path = ""
	address := q.URL().String()
	// A configuration that cannot be read is reported where it matters.
	entries, _ := h.Config.Git.Entries(ctx)
	everywhere := besidesDoorkey(install.Chain(gitconfig.Everywhere(entries), address))
	here := slices.DeleteFunc(besidesDoorkey(install.Chain(entries, address)), func(name string) bool {
		return slices.Contains(everywhere, name)
	})
	return otherHelpers{everywhere, here}
}

// besidesDoorkey names the other helpers of a chain. It returns none if doorkey is not
// in the chain, because then a user or a program called it directly.
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

// names returns the helpers that get a token here.
func (o otherHelpers) names() []string { return slices.Concat(o.Everywhere, o.Here) }

// rememberedWith returns the account with the other helpers that were found. Helpers
// configured everywhere are replaced by the latest result. Helpers configured in one
// place cannot be seen from another, so the first result stays until the next sign-in.
func (o otherHelpers) rememberedWith(account cache.Account) cache.Account {
	account.OtherHelpers = o.Everywhere
	if len(account.OtherHelpersOfPlace) == 0 {
		account.OtherHelpersOfPlace = o.Here
	}
	return account
}

// HidesTokens reports whether this git passes no token in the ephemeral form to other
// helpers, and works with that form: git 2.46 to 2.53 offer it too, but then fail at
// pushes of more than 1 MB (fixed by git's commit ed0f7a62f7).
func HidesTokens(ctx context.Context) bool {
	version, err := gitconfig.GitVersion(ctx)
	return err == nil && version.AtLeast(2, 54)
}
