package environment

import "runtime/debug"

// ProgramName is the program that git looks for on PATH for the helper "doorkey".
const ProgramName = "git-credential-doorkey"

// versionOf returns the version of a release, or else of the module that the program was
// built from.
func versionOf(release string) string {
	if release != "" {
		return release
	}
	if build, known := debug.ReadBuildInfo(); known && build.Main.Version != "" {
		return build.Main.Version
	}
	return "(unknown version)"
}
