package gitconfig

import (
	"context"
	"fmt"
)

// Version is a version of git. doorkey does not need its third number.
type Version struct{ Major, Minor int }

// GitVersion returns the version of the git on PATH. In a helper, that is the git that
// started it: git puts its own programs first.
func GitVersion(ctx context.Context) (Version, error) {
	output, err := Run(ctx, "", nil, "version")
	if err != nil {
		return Version{}, err
	}
	return parseVersion(string(output))
}

// parseVersion reads "git version 2.39.5", with any suffix of a distributor.
func parseVersion(output string) (Version, error) {
	var v Version
	if _, err := fmt.Sscanf(output, "git version %d.%d", &v.Major, &v.Minor); err != nil {
		return Version{}, fmt.Errorf("%q is not a git version", output)
	}
	return v, nil
}

// AtLeast reports whether the version is at least the given one.
func (v Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

// String returns the version as git's release notes name it: "2.54".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }
