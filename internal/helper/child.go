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

// RefreshVerb is what doorkey calls itself with to refresh a token. A server
// that rotates (GitLab) spends the old pair the moment it answers, so whoever
// asked must live until the new one is on disk: a child in a session of its
// own, which neither Ctrl-C nor a closing terminal nor the end of git reaches. It
// runs in another directory, so that git's can be deleted meanwhile.
// It is told what to do through its standard input, never by arguments or
// environment, which others can read.
const RefreshVerb = "exchange"

// StartVerb is what doorkey calls itself with to start the child where a program that
// is ended takes all below it with it (environment.EndsWithTree).
const StartVerb = "start-exchange"

// refreshVersion is that of what parent and child say to each other: the child is
// another program where doorkey has been replaced since the parent started. Version
// 0 is that of a doorkey that did not say it.
const (
	refreshVersion = 2
	withoutFleet   = 1 // a request that an older doorkey understands
)

// refreshRequest is what the child is told.
type refreshRequest struct {
	Version      int                    `json:"version"`
	Origin       string                 `json:"origin"`
	Username     []byte                 `json:"username"`  // bytes, as below: JSON's text would change what is no UTF-8
	Refused      string                 `json:"refused"`   // fingerprint of a token that is not good, though it may be fresh
	ClientID     string                 `json:"client_id"` // that is configured, and that the secret is of
	ClientIDFrom string                 `json:"client_id_from"`
	ClientSecret pipedSecret            `json:"client_secret"`
	Place        cache.KeyPlace         `json:"place"`    // credential.oauthStore
	Endpoint     string                 `json:"endpoint"` // that HTTP is for
	HTTP         oauthflow.HTTPSettings `json:"http"`
	// ProxyPassword and Gateway are what HTTP leaves out.
	ProxyPassword pipedSecret   `json:"proxy_password"`
	Gateway       []pipedSecret `json:"gateway"` // headers for the origin
	Timeout       time.Duration `json:"timeout"`
	Others        otherHelpers  `json:"others"` // to remember with the account
	Fleet         *fleetRequest `json:"fleet,omitempty"`
	LastFailure   time.Time     `json:"last_failure"` // before this command began to wait for others
}

// report is a line that the child writes. The last one has Done.
type report struct {
	Started     bool           `json:"started,omitempty"`      // it is doorkey that was started
	Waiting     bool           `json:"waiting,omitempty"`      // another process is busy with this origin
	KeyringSlow bool           `json:"keyring_slow,omitempty"` // it has not answered for a while
	KeyGone     cache.KeyPlace `json:"key_gone,omitempty"`     // from there, so that what is kept cannot be unsealed any more
	Done        bool           `json:"done,omitempty"`
	Gone        bool           `json:"gone,omitempty"`       // there is nothing to refresh with
	GoneAgain   bool           `json:"gone_again,omitempty"` // as if another machine had ended the grant
	Error       string         `json:"error,omitempty"`

	UnknownVersion bool           `json:"unknown_version,omitempty"`  // nothing was done
	Token          *reportedToken `json:"token,omitempty"`            // of a fleet, or one that could not be stored
	WaitingFor     string         `json:"waiting_for,omitempty"`      // another machine of the fleet
	LeavesToOthers bool           `json:"leaves_to_others,omitempty"` // Error is no reason for git to stop
}

// reportedToken is an access token that the parent does not find in the cache, or not
// as one to give out: it could not be stored or published, or is of a fleet.
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

// entry is all that it takes to answer git.
func (t reportedToken) entry(label string) Entry {
	return Entry{cache.Account{
		Username: label, Provider: t.Provider, TokenEndpoint: t.TokenEndpoint, AnswerUsername: t.AnswerUsername,
		Obtained: t.Obtained, Expiry: t.Expiry, OtherHelpers: t.Others.Everywhere, OtherHelpersOfPlace: t.Others.Here,
	}, cache.Secrets{AccessToken: t.AccessToken.Text}}
}

// pipedSecret is a secret that parent and child tell each other: it prints as a
// secret.Text does, and marshals.
type pipedSecret struct{ secret.Text }

// MarshalJSON writes bytes: JSON's text would change what is no UTF-8.
func (s pipedSecret) MarshalJSON() ([]byte, error) { return json.Marshal([]byte(s.Reveal())) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *pipedSecret) UnmarshalJSON(content []byte) error {
	var text []byte
	err := json.Unmarshal(content, &text)
	s.Text = secret.New(string(text))
	return err
}

// forwardMessage tells the person what the child reports: nobody reads its stderr.
func (h *Helper) forwardMessage(origin string, line report) {
	switch {
	case line.Waiting:
		h.UI.WaitingForLock(origin)()
	case line.WaitingFor != "":
		h.UI.WaitingForMachine(origin, line.WaitingFor)
	case line.KeyringSlow:
		h.UI.KeyringIsSlow()
	case line.KeyGone != "":
		h.UI.KeyIsGone(origin, line.KeyGone)
	}
}

// newRefreshRequest puts together what the child is told. Of a fleet's grant this
// machine may have nothing yet: then the endpoint is the one of the settings, and the
// child looks again once it knows.
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

// setHTTP says how the endpoint is reached.
func (r *refreshRequest) setHTTP(endpoint string, network oauthflow.HTTPSettings) {
	r.Endpoint, r.HTTP, r.ProxyPassword, r.Gateway = endpoint, network, pipedSecret{network.ProxyPassword}, piped(network.Gateway.Headers)
}

func piped(headers []secret.Text) (all []pipedSecret) {
	for _, header := range headers {
		all = append(all, pipedSecret{header})
	}
	return all
}

// Errors of the child.
var (
	// errChildEnded is the end of a child that has not said how it went: it was
	// killed.
	errChildEnded = errors.New("the process that refreshes was ended before it was done")
	// errNoChild: no child can be started, or what was started is no doorkey, or none
	// that knows this version of the request. Nothing was spent.
	errNoChild = errors.New("no process that refreshes could be started")
)

// runChild starts the child, tells it the task and waits for its last report. The
// person is told what it says meanwhile.
func (h *Helper) runChild(what refreshRequest) (report, error) {
	child, input, output, err := h.startChild()
	if err != nil {
		return report{}, fmt.Errorf("%w: %v", errNoChild, err)
	}
	defer child.Release()
	defer output.Close()
	// Where nobody reads it, nobody reports either.
	_ = json.NewEncoder(input).Encode(what)
	input.Close()
	return lastReport(output, func(line report) { h.forwardMessage(what.Origin, line) })
}

// startChild starts the child, or the program that does.
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

// childCommand calls this program, bound to no context: nothing is to end it.
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

// StartRefreshChild is the whole life of the program that StartVerb starts: it starts
// the child, which has its standard streams, and ends. Nobody who looks for the programs
// below git finds the child then.
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

// lastReport returns the report that has Done. A child that ends before it has said
// anything is none; one that ends later was killed, be it in the middle of a report.
func lastReport(output io.Reader, forwardMessage func(report)) (report, error) {
	// No bufio.Scanner: it takes a long line for the end.
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
