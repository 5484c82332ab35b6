package forward

import (
	"bytes"
	"context"
	"crypto/subtle"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/session"
	"git-credential-doorkey/internal/ui"
)

// server answers the questions of git on another machine.
type server struct {
	*helper.Helper
	word  string // in each request of the session, after it was returned once
	given sync.Once
	end   func()   // ends the session's answers
	hosts []string // origins for which doorkey answers, even if nobody has signed in to them

	turn sync.Mutex // held for the ssh process that reads its forwarding: see takeTurn

	confirmation *confirmation   // nil: doorkey does not ask
	record       *session.Record // nil: there is none
}

// Limits of a request, so that no client can block the server. git's question has a few
// hundred bytes and arrives at once.
const (
	largestRequest = 64 << 10 // bytes
	readTime       = 10 * time.Second
)

// hostName is the host in each request. A browser sends the name in its page's address.
const hostName = "doorkey"

// serve answers until ctx ends.
func (s *server) serve(ctx context.Context, listener net.Listener) {
	web := &http.Server{
		Handler: s, ReadTimeout: readTime, MaxHeaderBytes: 8 << 10, DisableGeneralOptionsHandler: true,
		ErrorLog: log.New(io.Discard, "", 0), BaseContext: func(net.Listener) context.Context { return ctx },
	}
	go func() {
		<-ctx.Done()
		web.Close()
	}()
	_ = web.Serve(listener)
}

// ServeHTTP returns the word, once ("/word"), and then answers questions: "/WORD/get" or
// "/WORD/erase", with git's request as the body. Messages for the user come first, in lines
// that begin with "#". "/WORD/may" returns whether "get" would be answered, and
// "/WORD/about" returns who answers. "/WORD/turn" is for takeTurn. "/WORD/wait" is answered
// when the session ends, and "/WORD/end" ends the session.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host != hostName { // a web page in this user's browser
		http.NotFound(w, r)
		return
	}
	if r.URL.Path == "/word" {
		s.giveWord(w)
		return
	}
	word, verb, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if r.Method != http.MethodPost || subtle.ConstantTimeCompare([]byte(word), []byte(s.word)) != 1 {
		http.NotFound(w, r)
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestRequest))
	if err != nil {
		http.Error(w, "", http.StatusRequestEntityTooLarge)
		return
	}
	// The request has arrived completely. From here on, only the answer takes time, because
	// the user may have to sign in.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	switch verb {
	case "wait":
		<-r.Context().Done()
		return
	case "end":
		s.end()
		return
	case "turn":
		s.turn.Lock()
		time.AfterFunc(turnTime, s.turn.Unlock)
		return
	case "about":
		_, _ = io.WriteString(w, s.about()) // if it does not arrive, no client needs it
		return
	}
	request, err := credential.Read(bytes.NewReader(content))
	if err != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	switch verb {
	case "get":
		s.get(r.Context(), w, request)
	case "may":
		if s.mayAsk(helper.QuestionOf(request)) {
			_, _ = io.WriteString(w, "yes")
		}
	case "erase":
		if request.Password.IsSet() { // an erase without a password would remove all accounts of a host
			_ = s.Erase(r.Context(), bytes.NewReader(content))
		}
	default:
		http.NotFound(w, r)
	}
}

// giveWord returns the word to the first program that asks for it. If another program was
// faster than the session, the session reports that and does not use the socket.
func (s *server) giveWord(w http.ResponseWriter) {
	isFirst := false
	s.given.Do(func() { isFirst = true })
	if !isFirst {
		http.Error(w, "", http.StatusGone)
		return
	}
	_, _ = io.WriteString(w, s.word) // if it does not arrive, nobody has it
}

// about returns who answers.
func (s *server) about() string {
	name, err := os.Hostname()
	if err != nil {
		name = "your computer"
	}
	return "doorkey " + s.Config.Environment.Version + " on " + name
}

// get answers with the access token of a grant. It never returns a password or a refresh
// token.
func (s *server) get(ctx context.Context, w http.ResponseWriter, request credential.Request) {
	q := helper.QuestionOf(request)
	there := &ui.UI{Stderr: &comments{out: w}, Environment: s.UI.Environment, NoTerminal: true}
	response := s.answer(ctx, q, there)
	if q.Origin != "" && s.record != nil {
		_ = s.record.Add(q.Origin, response.Password.IsSet(), time.Now()) // even if the disk here is full, doorkey answers
	}
	_ = response.Write(w) // if it does not arrive, the client is gone
}

// answer answers a question, and tells the user there what it waits for.
func (s *server) answer(ctx context.Context, q helper.Question, there *ui.UI) (response credential.Response) {
	if !s.mayAsk(q) {
		return response
	}
	defer there.WaitingForHome(q.Origin)()
	if !s.confirmation.allows(ctx, q.Origin) {
		there.DeclinedAtHome(q.Origin)
		return response
	}
	asked := *s.Helper
	asked.UI = there
	response, err := asked.Answer(ctx, q)
	if err != nil {
		there.ReportError(err)
		response = credential.Response{Quit: helper.StopsGit(err)}
	}
	response.OAuthRefreshToken = secret.Text{}
	return response
}

// mayAsk reports whether doorkey answers for a host: it has a grant for the host, or the
// user named the host. It does not if the answer would be a password.
func (s *server) mayAsk(q helper.Question) bool {
	if q.Origin == "" {
		return false
	}
	accounts, err := s.Cache.AccountsFor(q.Origin, q.Path)
	if err != nil {
		return false
	}
	account, found := q.SelectAccount(accounts, time.Now())
	if found {
		return account.IsGrant()
	}
	return slices.Contains(s.hosts, q.Origin)
}

// comments writes each line with a "#" before it, without delay, because the user there
// waits.
type comments struct {
	out   http.ResponseWriter
	mutex sync.Mutex
}

func (c *comments) Write(content []byte) (int, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for line := range strings.Lines(string(content)) {
		if _, err := io.WriteString(c.out, "#"+strings.TrimSuffix(line, "\n")+"\n"); err != nil {
			return 0, err
		}
	}
	return len(content), http.NewResponseController(c.out).Flush()
}
