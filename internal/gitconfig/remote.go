package gitconfig

import (
	"context"
	"errors"
	"strings"
)

// Remote returns the URL of the remote that git would use in the current directory: that
// of the branch, or else "origin" (git ls-remote --get-url, git 1.7.5). It is "" if
// there is no repository or no such remote, or if the remote does not use HTTP.
func Remote(ctx context.Context) (string, error) {
	address, err := Address(ctx, "")
	if !IsHTTP(address) {
		return "", err // over SSH, or in a directory
	}
	return address, err
}

// IsHTTP reports whether git uses HTTP for an address: only then does it ask its helpers
// for a password.
func IsHTTP(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// Address returns what git would connect to for a URL, after url.<base>.insteadOf; for
// "" that of the remote that Remote uses, "" if there is none. It may be anything that
// git accepts: "git@example.com:group/project.git", or a directory.
func Address(ctx context.Context, given string) (string, error) {
	arguments := []string{"ls-remote", "--get-url"}
	if given != "" {
		arguments = append(arguments, "--", given)
	}
	output, err := Run(ctx, "", nil, arguments...)
	if _, ran := errors.AsType[*RunError](err); ran {
		return given, nil // no remote; or a configuration that git cannot read, so that git fails anyway
	}
	address := strings.TrimRight(string(output), "\r\n")
	if given == "" && !strings.ContainsAny(address, `:/\`) {
		return "", err // the name of a remote that does not exist
	}
	return address, err
}
