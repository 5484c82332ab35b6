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
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// RefreshVerb is what doorkey calls itself with to refresh a token. A server
// that rotates (GitLab) spends the old pair the moment it answers, so whoever
// asked must live until the new one is on disk: a child in a session of its
// own, which neither Ctrl-C nor a closing terminal nor the end of git reaches.
// It is told what to do through its standard input, never by arguments or
// environment, which others can read.
const RefreshVerb = "exchange"

// refreshRequest is what the child is told.
type refreshRequest struct {
	Origin       string                 `json:"origin"`
	Username     []byte                 `json:"username"`  // bytes, as below: JSON's text would change what is no UTF-8
	Refused      string                 `json:"refused"`   // fingerprint of a token that is not good, though it may be fresh
	ClientID     string                 `json:"client_id"` // that is configured, and that the secret is of
	ClientSecret []byte                 `json:"client_secret"`
	Place        cache.KeyPlace         `json:"place"` // credential.oauthStore
	HTTP         oauthflow.HTTPSettings `json:"http"`
	// ProxyPassword is what HTTP leaves out.
	ProxyPassword []byte        `json:"proxy_password"`
	Timeout       time.Duration `json:"timeout"`
	Others        otherHelpers  `json:"others"`       // to remember with the account
	LastFailure   time.Time     `json:"last_failure"` // before this command began to wait for others
}

// report is a line that the child writes. The last one has Done.
type report struct {
	Waiting     bool           `json:"waiting,omitempty"`      // another process is busy with this origin
	KeyringSlow bool           `json:"keyring_slow,omitempty"` // it has not answered for a while
	KeyInFile   bool           `json:"key_in_file,omitempty"`  // a new data key is in a file
	KeyGone     cache.KeyPlace `json:"key_gone,omitempty"`     // from there, so that what is kept cannot be unsealed any more
	Done        bool           `json:"done,omitempty"`
	Gone        bool           `json:"gone,omitempty"` // there is nothing to refresh with
	Error       string         `json:"error,omitempty"`
}

// forwardMessage tells the person what the child reports: nobody reads its stderr.
func (h *Helper) forwardMessage(origin string, line report) {
	switch {
	case line.Waiting:
		h.UI.WaitingForLock(origin)()
	case line.KeyringSlow:
		h.UI.KeyringIsSlow()
	case line.KeyInFile:
		h.UI.KeyIsInFile(h.Cache.Directory)
	case line.KeyGone != "":
		h.UI.KeyIsGone(origin, line.KeyGone)
	}
}

// newRefreshRequest puts together what the child is told.
func (h *Helper) newRefreshRequest(ctx context.Context, q Question, account cache.Account, lastFailure time.Time) (refreshRequest, error) {
	configured, err := h.Config.For(ctx, q.Request)
	if err != nil {
		return refreshRequest{}, err
	}
	http, err := h.networkFor(ctx, account.TokenEndpoint)
	if err != nil {
		return refreshRequest{}, err
	}
	return refreshRequest{
		Origin: q.Origin, Username: []byte(account.Username), Refused: q.refused, HTTP: http, Timeout: configured.Timeout, Place: configured.Store,
		ClientID: configured.OAuth.ClientID, ClientSecret: []byte(configured.OAuth.ClientSecret.Reveal()),
		ProxyPassword: []byte(http.ProxyPassword.Reveal()), Others: h.findOtherHelpers(ctx, q), LastFailure: lastFailure,
	}, nil
}

// errChildEnded is the end of a child that has not said how it went: it was
// killed.
var errChildEnded = errors.New("the process that refreshes was ended before it was done")

// runChild starts the child, tells it the task and waits for its last report. The
// person is told what it says meanwhile.
func (h *Helper) runChild(what refreshRequest) (report, error) {
	program, err := os.Executable()
	if err != nil {
		return report{}, err
	}
	child := exec.Command(program, RefreshVerb) // not bound to ctx: nothing is to end it
	child.SysProcAttr = environment.OwnSession()
	if trace.IsOn(h.Log()) {
		child.Stderr = os.Stderr
	}
	input, err := child.StdinPipe()
	if err != nil {
		return report{}, err
	}
	output, err := child.StdoutPipe()
	if err != nil {
		return report{}, err
	}
	if err := child.Start(); err != nil {
		return report{}, err
	}
	defer child.Process.Release()
	defer output.Close()
	err = json.NewEncoder(input).Encode(what)
	input.Close()
	if err != nil {
		return report{}, errChildEnded // nobody reads it
	}
	return lastReport(output, func(line report) { h.forwardMessage(what.Origin, line) })
}

func lastReport(output io.Reader, forwardMessage func(report)) (report, error) {
	// No bufio.Scanner: it takes a long line for the end.
	reports := json.NewDecoder(output)
	for {
		var next report
		if err := reports.Decode(&next); err != nil {
			return report{}, explainReport(err)
		}
		if next.Done {
			return next, nil
		}
		forwardMessage(next)
	}
}

// explainReport tells a child that was killed, be it in the middle of a report,
// from a program that is no doorkey.
func explainReport(err error) error {
	_, isNoJSON := errors.AsType[*json.SyntaxError](err)
	_, isOther := errors.AsType[*json.UnmarshalTypeError](err)
	if isNoJSON || isOther {
		return fmt.Errorf("the process that refreshes said something unknown: %v", err)
	}
	return errChildEnded
}
