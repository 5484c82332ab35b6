package gitconfig

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Version is a version of git, or of a program with such a version. doorkey does not need
// its third number.
type Version struct{ Major, Minor int }

// GitVersion returns the version of the git on PATH. In a helper, that is the git that
// started it: git puts its own programs first.
func GitVersion(ctx context.Context) (Version, error) {
	output, err := Run(ctx, "", nil, "version")
	if err != nil {
		return Version{}, err
	}
	return ParseVersion("git version ", string(output))
}

// ParseVersion reads the version behind a prefix, with any suffix of a distributor:
// "git version 2.39.5", "OpenSSH_9.2p1".
func ParseVersion(prefix, output string) (Version, error) {
	text, isKnown := strings.CutPrefix(output, prefix)
	major, rest, hasMinor := strings.Cut(text, ".")
	end := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' })
	if end < 0 {
		end = len(rest)
	}
	v := Version{}
	var errMajor, errMinor error
	v.Major, errMajor = strconv.Atoi(major)
	v.Minor, errMinor = strconv.Atoi(rest[:end])
	if !isKnown || !hasMinor || errMajor != nil || errMinor != nil {
		return Version{}, fmt.Errorf("%q is not a version", output)
	}
	return v, nil
}

// AtLeast reports whether the version is at least the given one.
func (v Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

// String returns the version as git's release notes name it: "2.54".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }
