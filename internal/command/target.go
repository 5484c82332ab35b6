package command

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/ui"
	"git-credential-doorkey/oauthflow"
)

// Target is what a command is about: a host, and possibly a path on it.
type Target struct {
	Origin string
	Path   string // of a repository or of the server's root, without "/" at both ends
	Label  string // the user name in the URL
}

// URL returns the target as a user would write it.
func (t Target) URL() string { return strings.TrimSuffix(t.Origin+"/"+t.Path, "/") }

// TargetOf reads the URL on the command line, or finds the URL of the repository in the
// current directory. Its host is one that tokens may be sent to.
func TargetOf(ctx context.Context, given string) (Target, error) {
	found, err := AnyTargetOf(ctx, given)
	if err == nil && !oauthflow.MayCarryTokens(found.Origin) {
		return Target{}, notHTTPS(found.Origin)
	}
	return found, err
}

// notHTTPS says that no token is sent to an origin.
func notHTTPS(origin string) error {
	return ui.UsageError{Problem: fmt.Sprintf("%q is not an https URL; doorkey sends tokens only over https", origin)}
}

// AnyTargetOf is TargetOf for a host of any protocol: doorkey stores passwords for all
// of git's protocols.
func AnyTargetOf(ctx context.Context, given string) (Target, error) {
	if given == "" {
		remote, err := gitconfig.Remote(ctx)
		if err != nil {
			return Target{}, err
		}
		if remote == "" {
			return Target{}, noHost(ctx)
		}
		given = remote
	}
	return parseTarget(given)
}

func parseTarget(given string) (Target, error) {
	if !strings.Contains(given, "://") {
		given = "https://" + given
	}
	address, err := url.Parse(given)
	if err != nil || address.Opaque != "" || address.RawQuery != "" || address.Fragment != "" {
		return Target{}, ui.UsageError{Problem: fmt.Sprintf("%q is not the URL of a host; write it like https://gitlab.example.com", secret.HideIn(given))}
	}
	if _, hasPassword := address.User.Password(); hasPassword {
		return Target{}, ui.UsageError{Problem: "the URL contains a password; remove it from the URL, and change the password, because others may have seen it"}
	}
	if !isReadAlike(given, address) {
		return Target{}, ui.UsageError{Problem: fmt.Sprintf("git does not accept the URL %q; write an \"@\" in a user name as %%40, and remove line breaks", secret.HideIn(given))}
	}
	// Parse what git would make of the URL, as git's question is parsed.
	request, err := credential.Read(strings.NewReader("protocol=" + address.Scheme + "\nhost=" + address.Host + "\n"))
	if err != nil || request.Origin() == "" {
		return Target{}, ui.UsageError{Problem: fmt.Sprintf("%q is not the URL of a host; write it like https://gitlab.example.com", secret.HideIn(given))}
	}
	return Target{request.Origin(), strings.Trim(address.Path, "/"), address.User.Username()}, nil
}

// isReadAlike reports whether git reads the URL as package url does: git ends the user
// name at the first "@", and rejects line breaks.
func isReadAlike(given string, address *url.URL) bool {
	_, rest, _ := strings.Cut(given, "://")
	authority, _, _ := strings.Cut(rest, "/")
	return strings.Count(authority, "@") <= 1 && !strings.ContainsAny(address.Path+address.User.Username(), "\n\r\x00")
}

// Question returns what git would ask for the place from here, for the account with the
// given label; "" leaves the label to the URL, or else to git's configuration here
// (credential.username).
func (t Target) Question(ctx context.Context, config *gitconfig.Config, label string) (helper.Question, error) {
	q := t.QuestionFor(label)
	if !q.UsernameGiven {
		here := q.Request
		here.Path = t.Path
		// Even a repository may set this: it selects one of the user's own accounts.
		heard, err := config.ForURLHere(ctx, "credential", here.URL())
		if err != nil {
			return helper.Question{}, fmt.Errorf("git's configuration: %v", err)
		}
		q = t.QuestionFor(heard["username"])
	}
	if secret.IsTokenName(q.Username) {
		return helper.Question{}, ui.UsageError{Problem: "the user name for " + q.Origin + " is an access token, not a doorkey account; remove it from the URL (or from credential.username), and revoke it, because others may have seen it"}
	}
	if strings.ContainsAny(q.Username, "\n\r\x00") {
		return helper.Question{}, ui.UsageError{Problem: fmt.Sprintf("%q cannot be a label, because it contains a line break", q.Username)}
	}
	return q, nil
}

// askedAbout returns the target of a command with a URL, and the question that git would
// ask for it and the selected account.
func askedAbout(ctx context.Context, h *helper.Helper, given Arguments) (Target, helper.Question, error) {
	found, err := TargetOf(ctx, given.First())
	if err != nil {
		return Target{}, helper.Question{}, err
	}
	q, err := found.Question(ctx, h.Config.Git, given.Options["username"])
	return found, q, err
}

// QuestionFor returns what git would ask for the place, for the account with a label; ""
// leaves the label to the URL.
func (t Target) QuestionFor(label string) helper.Question {
	if label == "" {
		label = t.Label
	}
	address, err := url.Parse(t.Origin)
	if err != nil {
		return helper.Question{} // parseTarget made it from a URL
	}
	request := credential.Request{Protocol: address.Scheme, Host: address.Host, Username: label, UsernameGiven: label != ""}
	return helper.QuestionOf(request)
}
