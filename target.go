package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// target is what a person's command is about: a host, and perhaps where on it.
type target struct {
	origin string
	path   string // of a repository or of the server's root, without "/" around it
	label  string // the user name in the URL
}

// url is the target as a person would write it.
func (t target) url() string { return strings.TrimSuffix(t.origin+"/"+t.path, "/") }

// targetOf reads the URL that was given to a command, or finds the one of the
// repository that the person is in. Tokens can be sent to its host.
func targetOf(ctx context.Context, given string) (target, error) {
	found, err := anyTargetOf(ctx, given)
	if err == nil && !oauthflow.MayCarryTokens(found.origin) {
		return target{}, notHTTPS(found.origin)
	}
	return found, err
}

// notHTTPS says that no token is sent to an origin.
func notHTTPS(origin string) error {
	return usageError{problem: fmt.Sprintf("%q is not an https URL: doorkey sends tokens over https only", origin)}
}

// anyTargetOf is targetOf for a host of any protocol: doorkey keeps passwords
// for all of git's.
func anyTargetOf(ctx context.Context, given string) (target, error) {
	if given == "" {
		remote, err := gitconfig.Remote(ctx)
		if err != nil {
			return target{}, err
		}
		if remote == "" {
			return target{}, usageError{problem: "which host? there is no https remote of a repository here to take it from: give its URL"}
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
		return target{}, usageError{problem: fmt.Sprintf("%q is not the URL of a host: write it as https://gitlab.example.com", secret.HideIn(given))}
	}
	if _, hasPassword := address.User.Password(); hasPassword {
		return target{}, usageError{problem: "the URL has a password in it: leave it out, and change it, since it may have been seen"}
	}
	if !isReadAlike(given, address) {
		return target{}, usageError{problem: fmt.Sprintf("%q is not a URL that git takes: write an \"@\" in it as %%40, and leave line breaks out", secret.HideIn(given))}
	}
	// What git would make of the URL is read as git's question is.
	request, err := credential.Read(strings.NewReader("protocol=" + address.Scheme + "\nhost=" + address.Host + "\n"))
	if err != nil || request.Origin() == "" {
		return target{}, usageError{problem: fmt.Sprintf("%q is not the URL of a host: write it as https://gitlab.example.com", secret.HideIn(given))}
	}
	return target{request.Origin(), strings.Trim(address.Path, "/"), address.User.Username()}, nil
}

// isReadAlike reports whether git reads the URL as package url has read it: git
// takes the first "@" for the end of the user name, and refuses line breaks.
func isReadAlike(given string, address *url.URL) bool {
	_, rest, _ := strings.Cut(given, "://")
	authority, _, _ := strings.Cut(rest, "/")
	return strings.Count(authority, "@") <= 1 && !strings.ContainsAny(address.Path+address.User.Username(), "\n\r\x00")
}

// ask is what git would ask for the place from here, for the account with the
// label that was given; "" leaves it to the URL, and that to what git has been
// told to use here (credential.username).
func (t target) ask(ctx context.Context, config *gitconfig.Config, label string) (question, error) {
	q := t.question(label)
	if !q.UsernameGiven {
		here := q.Request
		here.Path = t.path
		// One that a repository may say: it picks one of the person's own accounts.
		heard, err := config.ForURLHere(ctx, "credential", here.URL())
		if err != nil {
			return question{}, fmt.Errorf("git's configuration: %v", err)
		}
		q = t.question(heard["username"])
	}
	if isTokenName(q.Username) {
		return question{}, usageError{problem: "the user name for " + q.origin + " is an access token, and no account of doorkey's: take it out of the URL (or out of credential.username), and revoke it, since it may have been seen"}
	}
	if strings.ContainsAny(q.Username, "\n\r\x00") {
		return question{}, usageError{problem: fmt.Sprintf("%q cannot be a label: git passes on no line break", q.Username)}
	}
	return q, nil
}

// askedAbout is the target of a command with a URL, and the question that git
// would ask for it and the account that the command means.
func (d *doorkey) askedAbout(ctx context.Context, given arguments) (target, question, error) {
	found, err := targetOf(ctx, given.first())
	if err != nil {
		return target{}, question{}, err
	}
	q, err := found.ask(ctx, d.config, given.options["username"])
	return found, q, err
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
	return questionOf(request)
}
