package gitconfig

import "strings"

// Everywhere returns those of all entries, in git's reading order, that git reads wherever it runs: those of the
// system's and the user's own files, without what these include only in some places ("includeIf").
func Everywhere(entries []Entry) []Entry {
	var everywhere []Entry
	var condition Entry // what follows may be included by it, up to the next entry of its own file
	for _, entry := range entries {
		if entry.Scope != condition.Scope || entry.Origin == condition.Origin {
			condition = Entry{}
		}
		if condition != (Entry{}) || entry.Scope != System.String() && entry.Scope != Global.String() {
			continue
		}
		everywhere = append(everywhere, entry)
		if strings.HasPrefix(entry.Key, "includeif.") {
			condition = entry
		}
	}
	return everywhere
}
