package cache

import "fmt"

// icacls returns the commands with which a Windows user gives a path only to a user and
// the system, whatever the parent directory passes on: the first removes entries of the
// path itself, the second the inherited ones. Both are needed: a directory outside the
// profile inherits entries that let others read it.
func icacls(path string, isDirectory bool, user string) string {
	inheritance := "" // for the contents of a directory
	if isDirectory {
		inheritance = "(OI)(CI)"
	}
	return fmt.Sprintf("icacls %s /reset\nin PowerShell or cmd.exe, and then run: icacls %[1]s /inheritance:r /grant:r %s %s",
		inQuotes(path), inQuotes(user+":"+inheritance+"F"), inQuotes(localSystem+":"+inheritance+"F"))
}

// localSystem is the system's user, by its number: its name depends on the language.
const localSystem = "*S-1-5-18"

// inQuotes returns a text as one word of a Windows command. No path contains a quote.
func inQuotes(text string) string { return `"` + text + `"` }
