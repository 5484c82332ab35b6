package doctor

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/command"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/oauthflow"
)

// checkContext is what the checks examine. Everything that needs a child process or a
// request is found out once, when a check first needs it.
type checkContext struct {
	*helper.Helper

	given   string         // the URL from the command line
	address string         // where git goes for it, or for the repository's remote; "" if there is none
	target  command.Target // its meaning for doorkey; no origin: it is not for doorkey
	refusal error          // why it is not, if the address is invalid

	hasToken bool // as its user name, which the address and the target omit

	git       func() (gitconfig.Version, error)
	chain     func() ([]install.Helper, error)   // the helpers that git asks
	entries   func() ([]gitconfig.Entry, error)  // all that git reads here
	gitValues func() (gitconfig.Values, error)   // credential.* for the address, as git reads it here
	values    func() (gitconfig.Values, error)   // credential.*, as doorkey reads it: without repositories
	settings  func() (settings.Settings, error)  // the meaning of values
	provider  func() (oauthflow.Provider, error) // with the server's challenge
	answer    func() (serverAnswer, error)       // of the server, to git's first request
	keyring   func() error                       // why the keyring cannot be used now
}

// newCheckContext finds out what to check. An invalid URL on the command line is an
// error; one in a repository is a finding.
func newCheckContext(ctx context.Context, h *helper.Helper, given string) (*checkContext, error) {
	e := &checkContext{Helper: withoutWaiting(h), given: given}
	if given != "" {
		if !strings.Contains(given, "://") {
			e.given = "https://" + given
		}
		if _, err := command.TargetOf(ctx, e.given); err != nil {
			return nil, err
		}
	}
	var err error
	if e.address, err = gitconfig.Address(ctx, e.given); err != nil {
		return nil, err
	}
	if gitconfig.IsHTTP(e.address) {
		e.target, e.refusal = command.TargetOf(ctx, e.address)
	}
	if secret.IsTokenName(e.target.Label) {
		// The rest is about the place without it: every user can see git's arguments.
		e.hasToken, e.target.Label, e.address = true, "", e.target.URL()
	}
	e.git = sync.OnceValues(func() (gitconfig.Version, error) { return gitconfig.GitVersion(ctx) })
	e.chain = sync.OnceValues(e.readChain)
	e.entries = sync.OnceValues(func() ([]gitconfig.Entry, error) {
		return e.Config.Git.Entries(ctx)
	})
	e.gitValues = sync.OnceValues(func() (gitconfig.Values, error) { return e.readGitValues(ctx) })
	e.values = sync.OnceValues(func() (gitconfig.Values, error) { return e.readValues(ctx) })
	e.settings = sync.OnceValues(func() (settings.Settings, error) { return e.Config.For(ctx, e.question().Request) })
	e.answer = sync.OnceValues(func() (serverAnswer, error) { return e.askServer(ctx) })
	e.provider = sync.OnceValues(func() (oauthflow.Provider, error) { return e.readProvider(ctx) })
	e.keyring = sync.OnceValue(func() error { return e.Cache.TryKeyring(ctx, e.Config.Environment.HasDesktop()) })
	return e, nil
}

// withoutWaiting returns a helper that does not wait for a keyring dialog.
func withoutWaiting(h *helper.Helper) *helper.Helper {
	hasty, quick := *h.Cache, *h
	hasty.KeyringPatience, hasty.KeyringSlow = 0, nil
	quick.Cache = &hasty
	return &quick
}

// hasHost reports whether there is a host that doorkey can answer for.
func (e *checkContext) hasHost() bool { return e.target.Origin != "" }

// shown returns the address without a password and without the user name, which may be a
// token.
func (e *checkContext) shown() string {
	if !gitconfig.IsHTTP(e.address) {
		return ""
	}
	address, err := url.Parse(e.address)
	if err != nil || e.refusal != nil {
		return secret.HideIn(e.address)
	}
	address.User = nil
	return address.String()
}

// readChain reads the helpers that git asks; without a host, those for all hosts.
func (e *checkContext) readChain() ([]install.Helper, error) {
	entries, err := e.entries()
	if !e.hasHost() {
		return install.Chain(entries, ""), err
	}
	return install.Chain(entries, e.address), err
}

func (e *checkContext) readGitValues(ctx context.Context) (gitconfig.Values, error) {
	address, err := url.Parse(e.address)
	if err != nil || !e.hasHost() {
		return nil, nil
	}
	return e.Config.Git.ForURLHere(ctx, "credential", address)
}

// label returns the user name that git will ask with, but not a token: the findings are
// then about the account without it.
func (e *checkContext) label() string {
	if values, err := e.gitValues(); err == nil && e.target.Label == "" && !secret.IsTokenName(values["username"]) {
		return values["username"]
	}
	return e.target.Label
}

// question returns what git will ask: with the path only if credential.useHttpPath is
// set.
func (e *checkContext) question() helper.Question {
	q := e.target.QuestionFor(e.label())
	if values, err := e.gitValues(); err == nil && !gitconfig.IsFalse(values["usehttppath"]) {
		q.Path = e.target.Path
	}
	return q
}

func (e *checkContext) readValues(ctx context.Context) (gitconfig.Values, error) {
	if !e.hasHost() {
		return nil, nil
	}
	return e.Config.Git.ForURL(ctx, "credential", e.question().URL())
}

// readProvider finds out how to sign in, as a sign-in does.
func (e *checkContext) readProvider(ctx context.Context) (oauthflow.Provider, error) {
	configured, err := e.settings()
	if err != nil {
		return oauthflow.Provider{}, err
	}
	answer, unreachable := e.answer()
	provider, err := oauthflow.Resolve(e.target.Origin, answer.challenges, configured.OAuth)
	if err == nil {
		err = e.Config.RejectGlobalSecrets(ctx, e.target.Origin, provider, configured.OAuth)
	}
	if err != nil || unreachable != nil { // which another check reports
		return provider, err
	}
	client, err := e.Client(ctx, e.target.Origin, provider.TokenURL)
	if err != nil {
		return provider, err
	}
	return client.Confirm(ctx, provider, e.target.Path)
}

// serverAnswer is the server's answer to a request without a credential.
type serverAnswer struct {
	status     int
	challenges []string // WWW-Authenticate
	location   string   // of a redirect
	date       time.Time
	at         time.Time // this machine's clock when the answer came
}

// askServer sends what git first sends for a repository, or asks for the front page if
// no repository is known.
func (e *checkContext) askServer(ctx context.Context) (serverAnswer, error) {
	address := e.target.Origin + "/"
	if e.target.Path != "" {
		address += e.target.Path + "/info/refs?service=git-upload-pack"
	}
	client, err := e.Client(ctx, e.target.Origin, address)
	if err != nil {
		return serverAnswer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return serverAnswer{}, err
	}
	response, err := client.HTTP.Do(request)
	if err != nil {
		return serverAnswer{}, err
	}
	defer response.Body.Close()
	answer := serverAnswer{
		status: response.StatusCode, challenges: response.Header.Values("WWW-Authenticate"),
		location: response.Header.Get("Location"), at: time.Now(),
	}
	// Without a date, there is nothing to compare.
	answer.date, _ = http.ParseTime(response.Header.Get("Date"))
	return answer, nil
}
