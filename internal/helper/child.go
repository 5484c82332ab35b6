package helper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// RefreshVerb is the verb with which doorkey starts itself to refresh a token. A server
// that rotates tokens (GitLab) invalidates the old pair the moment it answers, so the
// process that asked must live until the new pair is on disk. That is a child in its own
// session, which neither Ctrl-C, nor a closing terminal, nor the end of git stops. It
// runs in another directory, so that git's can be deleted meanwhile. It gets its request
// through standard input, never by arguments or environment, which others can read.
const RefreshVerb = "exchange"

// StartVerb is the verb with which doorkey starts the refresh child on systems where a
// killed program takes its descendants with it (environment.EndsWithTree).
const StartVerb = "start-exchange"

// refreshVersion is the version of the protocol between parent and child: the child is
// another program if doorkey was replaced since the parent started. Version 0 is a
// doorkey that did not send a version.
const (
	refreshVersion = 2
	withoutFleet   = 1 // a request that an older doorkey understands
)

// refreshRequest is what the parent sends to the child.
type refreshRequest struct {
	Version      int                    `json:"version"`
	Origin       string                 `json:"origin"`
	Username     []byte                 `json:"username"`  // bytes, as below: JSON strings would change invalid UTF-8
	Refused      string                 `json:"refused"`   // fingerprint of a token that was rejected, even if it has not expired
	ClientID     string                 `json:"client_id"` // the configured one, which the secret belongs to
	ClientIDFrom string                 `json:"client_id_from"`
	ClientSecret pipedSecret            `json:"client_secret"`
	Place        cache.KeyPlace         `json:"place"`    // credential.oauthStore
	Endpoint     string                 `json:"endpoint"` // which HTTP is for
	HTTP         oauthflow.HTTPSettings `json:"http"`
	// ProxyPassword and Gateway are the secrets that HTTP leaves out.
	ProxyPassword pipedSecret   `json:"proxy_password"`
	Gateway       []pipedSecret `json:"gateway"` // headers for the origin
	Timeout       time.Duration `json:"timeout"`
	Others        otherHelpers  `json:"others"` // to store with the account
	Fleet         *fleetRequest `json:"fleet,omitempty"`
	LastFailure   time.Time     `json:"last_failure"` // before this command began to wait for others
}

// report is a line that the child writes. The last one has Done set.
type report struct {
	Started     bool           `json:"started,omitempty"`      // the started program is doorkey
	Waiting     bool           `json:"waiting,omitempty"`      // another process holds the lock of this origin
	KeyringSlow bool           `json:"keyring_slow,omitempty"` // the keyring has not responded for a while
	KeyGone     cache.KeyPlace `json:"key_gone,omitempty"`     // the place of the missing key, so that the stored data cannot be decrypted
	Done        bool           `json:"done,omitempty"`
	Gone        bool           `json:"gone,omitempty"`       // there is nothing to refresh with
	GoneAgain   bool           `json:"gone_again,omitempty"` // another machine has replaced the refresh token, not for the first time
	Error       string         `json:"error,omitempty"`

	UnknownVersion bool           `json:"unknown_version,omitempty"`  // nothing was done
	Token          *reportedToken `json:"token,omitempty"`            // of a fleet, or one that could not be stored
	WaitingFor     string         `json:"waiting_for,omitempty"`      // another machine of the fleet
	LeavesToOthers bool           `json:"leaves_to_others,omitempty"` // git need not stop because of Error
}

// reportedToken is an access token that the parent cannot use from the cache: it could
// not be stored or published, or it belongs to a fleet.
type reportedToken struct {
	AccessToken    pipedSecret  `json:"access_token"`
	Obtained       time.Time    `json:"obtained"`
	Expiry         time.Time    `json:"expiry"`
	AnswerUsername string       `json:"answer_username"`
	Provider       string       `json:"provider"`
	TokenEndpoint  string       `json:"token_endpoint"`
	Others         otherHelpers `json:"others"`
	Problem        string       `json:"problem,omitempty"` // why it is not stored
}

func reportToken(e Entry) reportedToken {
	a := e.Account
	return reportedToken{
		pipedSecret{e.Secrets.AccessToken}, a.Obtained, a.Expiry, a.AnswerUsername, a.Provider, a.TokenEndpoint, otherHelpers{a.OtherHelpers, a.OtherHelpersOfPlace}, "",
	}
}

// entry returns everything that an answer to git needs.
func (t reportedToken) entry(label string) Entry {
	return Entry{cache.Account{
		Username: label, Provider: t.Provider, TokenEndpoint: t.TokenEndpoint, AnswerUsername: t.AnswerUsername,
		Obtained: t.Obtained, Expiry: t.Expiry, OtherHelpers: t.Others.Everywhere, OtherHelpersOfPlace: t.Others.Here,
	}, cache.Secrets{AccessToken: t.AccessToken.Text}}
}

// pipedSecret is a secret that parent and child pass to each other: it prints like
// secret.Text, but can be marshaled.
type pipedSecret struct{ secret.Text }

// MarshalJSON writes bytes: a JSON string would change invalid UTF-8.
func (s pipedSecret) MarshalJSON() ([]byte, error) { return json.Marshal([]byte(s.Reveal())) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *pipedSecret) UnmarshalJSON(content []byte) error {
	var text []byte
	err := json.Unmarshal(content, &text)
	s.Text = secret.New(string(text))
	return err
}

// forwardMessage shows the user what the child reports: nobody reads the child's stderr.
func (h *Helper) forwardMessage(origin string, line report) {
	switch {
	case line.Waiting:
		h.UI.WaitingForLock(origin)()
	case line.WaitingFor != "":
		h.UI.WaitingForMachine(origin, line.WaitingFor)
	case line.KeyringSlow:
		h.UI.KeyringIsSlow()
	case line.KeyGone != "":
		h.UI.KeyMissing(origin, line.KeyGone)
	}
}

// newRefreshRequest builds the request for the child. This machine may not have a copy
// of a fleet's grant yet; then the endpoint comes from the settings, and the child
// checks again once it knows the grant.
func (h *Helper) newRefreshRequest(ctx context.Context, q Question, account cache.Account, lastFailure time.Time) (refreshRequest, error) {
	configured, err := h.Config.For(ctx, q.Request)
	if err != nil {
		return refreshRequest{}, err
	}
	what := refreshRequest{
		Version: withoutFleet, Origin: q.Origin, Username: []byte(account.Username), Refused: q.refused, Timeout: configured.Timeout, Place: configured.Store,
		ClientID: configured.OAuth.ClientID, ClientIDFrom: configured.IDFrom, ClientSecret: pipedSecret{configured.OAuth.ClientSecret},
		Others: h.findOtherHelpers(ctx, q), LastFailure: lastFailure,
	}
	if what.Fleet, err = h.newFleetRequest(ctx, q, configured); err != nil {
		return refreshRequest{}, err
	}
	if what.Fleet != nil {
		what.Version = refreshVersion
	}
	if what.Fleet != nil && !account.IsGrant() {
		what.Username = what.Fleet.Label
	}
	endpoint := account.TokenEndpoint
	if endpoint == "" {
		endpoint = q.Origin
	}
	network, err := h.networkFor(ctx, q.Origin, endpoint)
	what.setHTTP(endpoint, network)
	return what, err
}

// setHTTP sets how to reach the endpoint.
func (r *refreshRequest) setHTTP(endpoint string, network oauthflow.HTTPSettings) {
	r.Endpoint, r.HTTP, r.ProxyPassword, r.Gateway = endpoint, network, pipedSecret{network.ProxyPassword}, piped(network.Gateway.Headers)
}

func piped(headers []secret.Text) (all []pipedSecret) {
	for _, header := range headers {
		all = append(all, pipedSecret{header})
	}
	return all
}

// Errors of the child process.
var (
	// errChildEnded is returned if a child ended without its last report: it was killed.
	errChildEnded = errors.New("the refresh process was killed before it finished")
	// errNoChild is returned if no child can be started, or if the started program is
	// not doorkey or does not support this version of the request. The refresh token was
	// not used.
	errNoChild = errors.New("could not start the refresh process")
)

// runChild starts the child, sends it the request and waits for its last report.
// Meanwhile it shows the user what the child reports.
func (h *Helper) runChild(what refreshRequest) (report, error) {
	child, input, output, err := h.startChild()
	if err != nil {
		return report{}, fmt.Errorf("%w: %v", errNoChild, err)
	}
	defer child.Release()
	defer output.Close()
	// If the child does not read this, it reports nothing either.
	_ = json.NewEncoder(input).Encode(what)
	input.Close()
	return lastReport(output, func(line report) { h.forwardMessage(what.Origin, line) })
}

// startChild starts the child, or the program that starts it.
func (h *Helper) startChild() (child *os.Process, input io.WriteCloser, output io.ReadCloser, err error) {
	verb := RefreshVerb
	if environment.EndsWithTree {
		verb = StartVerb
	}
	started, err := environment.StartOutliving(func() (*exec.Cmd, error) {
		command, err := h.childCommand(verb)
		if err != nil {
			return nil, err
		}
		command.Dir, command.Env = environment.ForeignDirectory(), environment.ForForeignDirectory(os.Environ())
		if input, err = command.StdinPipe(); err != nil {
			return nil, err
		}
		output, err = command.StdoutPipe()
		return command, err
	})
	if err != nil {
		return nil, nil, nil, err
	}
	return started.Process, input, output, nil
}

// childCommand returns a call of this program without a context: nothing may stop it.
func (h *Helper) childCommand(verb string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.Command(program, verb)
	if trace.IsOn(h.Log()) {
		command.Stderr = os.Stderr
	}
	return command, nil
}

// StartRefreshChild is the program that StartVerb starts: it starts the child with its
// own standard streams, and ends. A program that kills git's descendants then cannot
// find the child.
func (h *Helper) StartRefreshChild() error {
	started, err := environment.StartOutliving(func() (*exec.Cmd, error) {
		command, err := h.childCommand(RefreshVerb)
		if err == nil {
			command.Stdin, command.Stdout = os.Stdin, os.Stdout
		}
		return command, err
	})
	if err != nil {
		return err
	}
	return started.Process.Release()
}

// lastReport returns the report that has Done set. A child that ends without any report
// was not doorkey; one that ends later was killed, possibly in the middle of a report.
func lastReport(output io.Reader, forwardMessage func(report)) (report, error) {
	// No bufio.Scanner: it treats a long line as the end.
	reports := json.NewDecoder(output)
	for started := false; ; started = true {
		var next report
		err := reports.Decode(&next)
		switch {
		case err != nil && started:
			return report{}, errChildEnded
		case err != nil, next.UnknownVersion:
			return report{}, errNoChild
		case next.Done:
			return next, nil
		}
		forwardMessage(next)
	}
}
