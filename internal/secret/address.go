package secret

import "strings"

// hidden replaces what is left out of an address.
const hidden = "…"

// HideIn returns an address as it may be shown: without a user name and a password,
// either of which may be a secret, and without a query and a fragment. It also handles
// invalid addresses: a "%", "#", "?" or "/" in a password makes an address invalid. It
// leaves "git", the user of SSH. The text may also only end with an address (the key of
// a setting).
func HideIn(address string) string {
	before, rest, found := strings.Cut(address, "://")
	if found {
		before += "://"
	} else {
		before, rest = "", address
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 && rest[:at] != "git" {
		before, rest = before+hidden+"@", rest[at+1:]
	}
	if end := strings.IndexAny(rest, "?#"); end >= 0 {
		rest = rest[:end+1] + hidden
	}
	return before + rest
}
