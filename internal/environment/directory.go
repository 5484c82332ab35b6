package environment

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ForeignDirectory returns the working directory for a program that outlives git: in
// git's own, it would prevent deleting a clone on Windows, and unmounting a file system
// elsewhere. It is the root of the file system (on Windows, of the system drive); "",
// which means git's own, if that cannot be used.
func ForeignDirectory() string {
	root := filepath.VolumeName(os.Getenv("SystemRoot")) + string(filepath.Separator)
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return ""
	}
	return root
}

// ForForeignDirectory returns variables (os.Environ) for a program that runs in another
// directory: those with which Go finds the system's certificates may name a file
// relative to this one.
func ForForeignDirectory(variables []string) []string {
	variables = slices.Clone(variables)
	for i, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		switch {
		case value == "":
		case name == "SSL_CERT_FILE":
			variables[i] = name + "=" + absolute(value)
		case name == "SSL_CERT_DIR":
			directories := filepath.SplitList(value)
			for j, directory := range directories {
				directories[j] = absolute(directory)
			}
			variables[i] = name + "=" + strings.Join(directories, string(filepath.ListSeparator))
		}
	}
	return variables
}

// absolute returns a path that means the same in every directory. It returns the path
// unchanged if this directory has no path.
func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}
