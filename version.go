package main

import "runtime/debug"

// programName is what git looks for on PATH for the helper "doorkey".
const programName = "git-credential-doorkey"

// releaseVersion is set at link time for a release (internal/tool/release). It is a
// package-level variable because the linker can set nothing else.
var releaseVersion string

// programVersion is the version of the release, or else of the module that the
// program was built from.
func programVersion() string {
	if releaseVersion != "" {
		return releaseVersion
	}
	if build, known := debug.ReadBuildInfo(); known && build.Main.Version != "" {
		return build.Main.Version
	}
	return "(unknown version)"
}
