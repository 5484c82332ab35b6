package install

import (
	"fmt"
	"slices"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
)

// StillAsked says of a helper that git asks it after doorkey, in the words of
// install and of doctor.
func StillAsked(entry gitconfig.Entry, hidden bool) string {
	if hidden {
		return "git still asks another helper, but does not pass it the tokens: " + HelperName(entry)
	}
	return "git still asks another helper and also passes it the tokens: " + HelperName(entry)
}

// HelperName names a helper and where it is configured. A shell snippet is not
// shown: it may have a password in it.
func HelperName(entry gitconfig.Entry) string {
	name := entry.Value
	if name != "" && name[0] == '!' {
		name = "a shell snippet"
	}
	return fmt.Sprintf("%q (%s, %s)", name, secret.HideIn(entry.Key), entry.Origin)
}

// AsksDoorkey reports whether doorkey is one of the helpers.
func AsksDoorkey(chain []Helper) bool {
	return slices.ContainsFunc(chain, func(helper Helper) bool { return helper.Doorkey })
}
