package gitconfig

import (
	"context"
	"fmt"
)

// Version is that of a git. Its third number matters to nobody here.
type Version struct{ Major, Minor int }

// GitVersion returns the version of the git on PATH. In a helper that is the
// git that started it: git puts its own programs before all others.
func GitVersion(ctx context.Context) (Version, error) {
	output, err := Run(ctx, "", nil, "version")
	if err != nil {
		return Version{}, err
	}
	return parseVersion(string(output))
}

// parseVersion reads "git version 2.39.5", with whatever a distributor adds.
func parseVersion(output string) (Version, error) {
	var v Version
	if _, err := fmt.Sscanf(output, "git version %d.%d", &v.Major, &v.Minor); err != nil {
		return Version{}, fmt.Errorf("%q is not a git version", output)
	}
	return v, nil
}

// AtLeast reports whether the version is that of the numbers, or newer.
func (v Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

// String is the version as git's release notes name it: "2.54".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }
