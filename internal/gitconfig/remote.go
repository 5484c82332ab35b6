package gitconfig

import (
	"context"
	"errors"
	"net/url"
	"strings"
)

// Remote returns the URL of the remote that git would talk to in the current
// directory: that of the branch, else "origin" (git ls-remote --get-url, git
// 1.7.5). It is "" where there is no repository, or no such remote, or it is
// not reached over HTTP.
func Remote(ctx context.Context) (string, error) {
	output, err := Run(ctx, "", nil, "ls-remote", "--get-url")
	if _, ran := errors.AsType[*RunError](err); ran {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	address := strings.TrimRight(string(output), "\r\n")
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		return "", nil // over SSH, in a directory, or the name of a remote that is not there
	}
	return address, nil
}

// Username returns the user name that git would ask for at a URL from the
// current directory (credential.username), "" for none. It is one that the file
// of a repository may say: it picks one of a person's own accounts there.
func Username(ctx context.Context, address *url.URL) (string, error) {
	if !isKnownToGit(address.Host) {
		return "", nil
	}
	output, err := Run(ctx, "", nil, "config", "-z", "--get-urlmatch", "credential.username", address.String())
	if failed, ran := errors.AsType[*RunError](err); ran && failed.ExitCode == nothingFound {
		return "", nil
	}
	return strings.TrimRight(string(output), "\x00"), err
}
