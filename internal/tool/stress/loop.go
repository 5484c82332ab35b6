package main

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"
)

// What may happen to a git command, as the ledger counts it.
const (
	tokenGood        = "token was good"
	tokenReplaced    = "token was replaced on the way"
	tokenOver        = "token was over on the way"
	failedWithChild  = "failed with three killed refreshes"
	failedOnFullDisk = "failed on the full disk"
)

// loop runs one git command after another.
type loop struct {
	*stress
	random *rand.Rand
	risk   int // percentage of its processes that are killed
}

func (l *loop) run(ctx context.Context) {
	end := time.Now().Add(l.time)
	for round := 0; ctx.Err() == nil && time.Now().Before(end); round++ {
		if l.rounds > 0 && round == l.rounds {
			return
		}
		l.command(ctx)
	}
}

// command runs doorkey as one git command does: get, and then store if the server accepts
// the token, or erase if it rejects the token. If git is 2.46 or newer, it asks a second
// time in between.
func (l *loop) command(ctx context.Context) {
	request := []string{"protocol=https", "host=" + l.host()}
	if l.random.IntN(2) == 0 {
		request = append([]string{"capability[]=authtype", "capability[]=state"}, request...)
		request = append(request, `wwwauth[]=Basic realm="GitLab"`)
	}
	answer, ok := l.get(ctx, request, l.ledger.oldestAllowed())
	if !ok {
		return
	}
	request = append(request, "username="+answer.username)
	if !answer.good && answer.state != "" {
		request = append(request, "state[]="+answer.state)
		if answer, ok = l.get(ctx, request, answer.number+1); !ok {
			return
		}
	}
	told := append(request, "password="+answer.token)
	if answer.good {
		l.helper(ctx, "store", told...)
	} else if _, ok := l.helper(ctx, "erase", told...); ok {
		l.ledger.raise(answer.number + 1)
	}
}

// answer is doorkey's answer, and the server's reaction to it.
type answer struct {
	username, token, state string
	number                 int  // of the token, in the order in which the server issued them
	good                   bool // the server accepted it
}

// get runs get and shows the token to the server immediately. The server must know the
// token. The token must not be older than one that another get returned before this one
// started, or than one that was erased before.
func (l *loop) get(ctx context.Context, request []string, oldest int) (answer, bool) {
	output, ok := l.helper(ctx, "get", request...)
	if !ok {
		return answer{}, false
	}
	var a answer
	for line := range strings.Lines(output) {
		switch name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "="); name {
		case "username":
			a.username = value
		case "password":
			a.token = value
		case "state[]":
			a.state = value
		}
	}
	a.number, a.good = l.server.Number(a.token), l.server.Alive(a.token)
	switch {
	case a.token == "" || a.username != "oauth2":
		l.ledger.mistake("get gave no token to the user oauth2")
		return answer{}, false
	case a.number == 0:
		l.ledger.mistake("get handed out a token that the server never gave")
		return answer{}, false
	case a.number < oldest:
		l.ledger.mistake("get handed out token %d; number %d is the oldest that could be right", a.number, oldest)
	}
	l.ledger.raise(a.number)
	l.ledger.count(l.fate(a))
	l.mayRevoke()
	return a, true
}

// fate returns what happened to a token between doorkey's answer and the server. It is not
// a mistake if the token is invalid: another process's refresh has replaced it, which makes
// it invalid at once, or it has expired.
func (l *loop) fate(a answer) string {
	switch {
	case a.good:
		return tokenGood
	case l.server.Newest() > a.number:
		return tokenReplaced
	}
	return tokenOver
}

// mayRevoke revokes the access token early, each time after a number of answers.
func (l *loop) mayRevoke() {
	if n := l.answers.Add(1); l.revoke > 0 && n%int64(l.revoke) == 0 {
		l.server.RevokeAccessTokens()
	}
}
