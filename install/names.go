package install

import (
	"fmt"
	"slices"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
)

// StillAsked says that git asks a helper after doorkey, in the words of install and
// doctor.
func StillAsked(entry gitconfig.Entry, hidden bool) string {
	if hidden {
		return "git still asks another helper, but does not pass it the tokens: " + HelperName(entry)
	}
	return "git still asks another helper and also passes it the tokens: " + HelperName(entry)
}

// HelperName names a helper and where it is configured. It does not show a shell
// snippet: it may contain a password.
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
