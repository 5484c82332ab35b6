package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/oauthflow"
)

// target is what a person's command is about: a host, and perhaps where on it.
type target struct {
	origin string
	path   string // of a repository or of the server's root, without "/" around it
	label  string // the user name in the URL
}

// targetOf reads the URL that was given to a command, or finds the one of the
// repository that the person is in.
func targetOf(ctx context.Context, given string) (target, error) {
	if given == "" {
		remote, err := gitconfig.Remote(ctx)
		if err != nil {
			return target{}, err
		}
		if remote == "" {
			return target{}, usageError{"which host? there is no https remote of a repository here to take it from: give its URL"}
		}
		given = remote
	}
	return parseTarget(given)
}

func parseTarget(given string) (target, error) {
	if !strings.Contains(given, "://") {
		given = "https://" + given
	}
	address, err := url.Parse(given)
	if err != nil || address.Opaque != "" || address.RawQuery != "" || address.Fragment != "" {
		return target{}, usageError{fmt.Sprintf("%q is not the URL of a host: write it as https://gitlab.example.com", given)}
	}
	if _, hasPassword := address.User.Password(); hasPassword {
		return target{}, usageError{"the URL has a password in it: leave it out, and change it, since it may have been seen"}
	}
	// What git would make of the URL is read as git's question is.
	request, err := credential.Read(strings.NewReader("protocol=" + address.Scheme + "\nhost=" + address.Host + "\n"))
	if err != nil || request.Origin() == "" {
		return target{}, usageError{fmt.Sprintf("%q is not the URL of a host: write it as https://gitlab.example.com", given)}
	}
	if !oauthflow.MayCarryTokens(request.Origin()) {
		return target{}, usageError{fmt.Sprintf("%q is not an https URL: doorkey sends tokens over https only", given)}
	}
	return target{request.Origin(), strings.Trim(address.Path, "/"), address.User.Username()}, nil
}

// question is what git would ask for the place, for the account with a label;
// "" leaves it to the URL.
func (t target) question(label string) question {
	if label == "" {
		label = t.label
	}
	address, err := url.Parse(t.origin)
	if err != nil {
		return question{} // parseTarget made it of a URL
	}
	request := credential.Request{Protocol: address.Scheme, Host: address.Host, Username: label, UsernameGiven: label != ""}
	return ask(request)
}
