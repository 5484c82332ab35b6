package doctor

import (
	"errors"
	"slices"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
)

// setting returns a value of the section "credential" as doorkey reads it, and where it
// is set; "" if it is not set.
func (e *checkContext) setting(name string) (value, place string) {
	values, err := e.values()
	entries, failure := e.entries()
	if errors.Join(err, failure) != nil || values[name] == "" {
		return "", ""
	}
	for _, entry := range slices.Backward(entries) {
		if isSetting(entry, "credential", name) && entry.Value == values[name] && !entry.IsOfRepository() && gitconfig.Covers(entry.Key, e.question().URL()) {
			return entry.Value, placeOf(entry)
		}
	}
	return values[name], "git's configuration"
}

// isSetting reports whether an entry belongs to a section, with a name in lower case.
func isSetting(entry gitconfig.Entry, section, name string) bool {
	return strings.HasPrefix(entry.Key, section+".") && strings.HasSuffix(entry.Key, "."+name)
}

// placeOf says where an entry is set.
func placeOf(entry gitconfig.Entry) string {
	if file, found := strings.CutPrefix(entry.Origin, "file:"); found {
		return file
	}
	return "the command line or the environment"
}
