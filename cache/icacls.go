package cache

import "fmt"

// icacls are the commands with which a person of Windows gives a path to a user and to
// the system alone, whatever the directory above it hands down: the first takes away
// what was set on the path itself, the second what is inherited. Both are needed: what
// a directory outside the profile inherits lets others read it.
func icacls(path string, isDirectory bool, user string) string {
	inheritance := "" // of what is in a directory
	if isDirectory {
		inheritance = "(OI)(CI)"
	}
	return fmt.Sprintf("icacls %s /reset\nin PowerShell or cmd.exe, and then run: icacls %[1]s /inheritance:r /grant:r %s %s",
		inQuotes(path), inQuotes(user+":"+inheritance+"F"), inQuotes(localSystem+":"+inheritance+"F"))
}

// localSystem is the system's user, by its number: its name is another one in other
// languages.
const localSystem = "*S-1-5-18"

// inQuotes is a text as one word of a command of Windows. No path has a quote in it.
func inQuotes(text string) string { return `"` + text + `"` }
