package main

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
	"git-credential-doorkey/oauthflow"
)

// exchangeVerb is what doorkey calls itself with to refresh a token. A server
// that rotates (GitLab) spends the old pair the moment it answers, so whoever
// asked must live until the new one is on disk: a child in a session of its
// own, which neither Ctrl-C nor a closing terminal nor the end of git reaches.
// It is told what to do through its standard input, never by arguments or
// environment, which others can read.
const exchangeVerb = "exchange"

// task is what the child is told.
type task struct {
	Origin       string                 `json:"origin"`
	Username     []byte                 `json:"username"`  // bytes, as below: JSON's text would change what is no UTF-8
	Refused      string                 `json:"refused"`   // fingerprint of a token that is not good, though it may be fresh
	ClientID     string                 `json:"client_id"` // that the secret is of
	ClientSecret []byte                 `json:"client_secret"`
	Place        cache.KeyPlace         `json:"place"` // credential.oauthStore
	HTTP         oauthflow.HTTPSettings `json:"http"`
	// ProxyPassword is what HTTP leaves out.
	ProxyPassword []byte        `json:"proxy_password"`
	Timeout       time.Duration `json:"timeout"`
	OtherHelpers  []string      `json:"other_helpers"` // to remember with the account
}

// report is a line that the child writes. The last one has Done.
type report struct {
	Waiting *cache.Holder `json:"waiting,omitempty"` // another process is busy with this origin
	Done    bool          `json:"done,omitempty"`
	Gone    bool          `json:"gone,omitempty"` // there is nothing to refresh with
	Error   string        `json:"error,omitempty"`
}

// attempts is how many children one command starts at the most.
const attempts = 3

// errChildEnded is the end of a child that has not said how it went: it was
// killed.
var errChildEnded = errors.New("the process that refreshes was ended before it was done")

// turnPatience is how long others that refresh are waited for before this
// process goes about it as well: longer than a server takes that is well.
const turnPatience = 20 * time.Second

// refresh waits for its turn, and looks again: of many processes that find the
// same token over, the first refreshes, and the others need neither settings nor
// a child. An entry that is not usable means that the grant is gone: there is
// nothing to refresh with.
func (d *doorkey) refresh(ctx context.Context, q question) (entry, error) {
	limited, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	// Without a turn (the wait was long, the directory is read-only) all is as
	// with one, only slower: the child takes the lock that counts.
	if leave, err := d.cache.AwaitTurn(limited, q.origin, d.person.busy(q.origin)); err == nil {
		defer leave()
	}
	found, err := d.lookUp(ctx, q)
	if err != nil || found.usable() || !found.account.IsGrant() {
		return found, err
	}
	return d.refreshInChild(ctx, q, found.account)
}

// describeTask puts together what the child is told.
func (d *doorkey) describeTask(ctx context.Context, q question, account cache.Account) (task, error) {
	settings, err := readSettings(ctx, q.Request)
	if err != nil {
		return task{}, err
	}
	http, err := d.networkFor(ctx, account.TokenEndpoint)
	if err != nil {
		return task{}, err
	}
	return task{
		Origin: q.origin, Username: []byte(account.Username), Refused: q.refused, HTTP: http, Timeout: settings.timeout, Place: settings.place,
		ClientID: settings.oauth.ClientID, ClientSecret: []byte(settings.oauth.ClientSecret.Reveal()),
		ProxyPassword: []byte(http.ProxyPassword.Reveal()), OtherHelpers: otherHelpers(ctx, q),
	}, nil
}

// refreshInChild has a child renew a grant, and reads what it kept.
//
// A child that was killed has a successor. So has one whose token is over again
// when it is read: this process was stopped in between (a laptop was closed), or
// another one was told that the server refuses it. That is no reason to sign in.
func (d *doorkey) refreshInChild(ctx context.Context, q question, account cache.Account) (entry, error) {
	what, err := d.describeTask(ctx, q, account)
	if err != nil {
		return entry{}, err
	}
	waiting := d.person.busy(q.origin)
	failure := errors.New("its token was over again each time, before it could be handed out")
	for range attempts {
		begun := d.now()
		last, err := d.runChild(what, waiting)
		d.trace.Info("refresh child", "gone", last.Gone, "failure", last.Error, outcome(err), d.took(begun))
		switch {
		case errors.Is(err, errChildEnded):
			failure = err
			continue
		case err != nil:
			return entry{}, fmt.Errorf("refresh for %s: %v", q.origin, err)
		case last.Error != "":
			if old := d.lastMinute(ctx, q, account); old.usable() {
				return old, nil
			}
			return entry{}, errors.New(last.Error)
		case last.Gone:
			return entry{}, nil
		}
		renewed, err := d.lookUp(ctx, q)
		if err != nil || renewed.usable() || !renewed.account.IsGrant() {
			return renewed, err
		}
	}
	return entry{}, fmt.Errorf("refresh for %s: %v\nrun the command again", q.origin, failure)
}

// lastMinute is the grant with its old access token where that is not over yet,
// though too close to its end to be handed out if there is a better one. Git
// finds out whether the server still takes it.
func (d *doorkey) lastMinute(ctx context.Context, q question, account cache.Account) entry {
	if q.refused != "" || account.Ended || !d.now().Before(account.Expiry) {
		return entry{}
	}
	// The error that counts is that of the refresh.
	secrets, _ := d.cache.Unseal(ctx, q.origin, account)
	return entry{account, secrets}
}

// runChild starts the child, tells it the task and waits for its last report.
func (d *doorkey) runChild(what task, waiting func(cache.Holder)) (report, error) {
	program, err := os.Executable()
	if err != nil {
		return report{}, err
	}
	child := exec.Command(program, exchangeVerb) // not bound to ctx: nothing is to end it
	child.SysProcAttr = inItsOwnSession()
	if d.isTraced() {
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
	if err := json.NewEncoder(input).Encode(what); err != nil {
		return report{}, errChildEnded // nobody reads it
	}
	input.Close()
	return lastReport(output, waiting)
}

func lastReport(output io.Reader, waiting func(cache.Holder)) (report, error) {
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
		if next.Waiting != nil {
			waiting(*next.Waiting)
		}
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
