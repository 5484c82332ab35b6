package secret

import "strings"

// hidden stands where something is left out of an address.
const hidden = "…"

// HideIn returns an address as it may be shown: without a user name and a
// password, of which either may be a secret, and without a query and a fragment.
// It need not be one that can be parsed: a password with a "%", "#", "?" or "/"
// in it makes it none. "git", the user of SSH, stays. A text that has an address
// at its end may be given as well (the key of a setting).
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
