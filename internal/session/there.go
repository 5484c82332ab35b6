package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Variable is set in an ssh session on the other machine. It contains the directory of the
// session's socket.
const Variable = "DOORKEY_FORWARD"

// There is a session as seen by the machine that asks.
type There struct {
	socket string
	word   string // in each question
}

// New returns the session that has this socket, and this word in each question.
func New(socket, word string) There { return There{socket, word} }

// AskDirectory returns the directory through which this process asks a doorkey at home. It
// exists if ssh was started by doorkey, or configured for it (ssh --print-config). If not,
// AskDirectory returns "". The function variable returns the variables of the process.
func AskDirectory(variable func(string) string) string {
	if directory := variable(Variable); directory != "" {
		return directory
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	directory := filepath.Join(home, ".doorkey")
	if _, err := os.Stat(filepath.Join(directory, "get")); err != nil {
		return ""
	}
	return directory
}

// loginAgain tells the user what to do without a session.
const loginAgain = "log in again from your computer with: git credential-doorkey ssh DESTINATION"

// Find returns the session of a directory through which this process asks a doorkey at
// home.
func Find(directory string) (There, error) {
	content, err := os.ReadFile(filepath.Join(directory, "get"))
	if err != nil {
		return There{}, fmt.Errorf("the session with your computer has ended: %v\n%s", err, loginAgain)
	}
	_, address, _ := strings.Cut(string(content), "url = ")
	address, _, _ = strings.Cut(address, "\n")
	parsed, err := url.Parse(address)
	if err != nil {
		return There{}, fmt.Errorf("\"%s\" has no address of your computer\n%s", filepath.Join(directory, "get"), loginAgain)
	}
	word, _, _ := strings.Cut(strings.TrimPrefix(parsed.Path, "/"), "/")
	socket := filepath.Join(directory, "s")
	if _, err := os.Lstat(socket); err == nil {
		return There{socket, word}, nil
	}
	forwarded, _ := filepath.Glob(ForwardedPrefix + "*")
	for _, socket := range forwarded {
		if isOwn(socket) && Answers(socket) {
			return There{socket, word}, nil
		}
	}
	return There{}, errors.New("no ssh session to your computer is open that it answers in\n" + loginAgain)
}

// ForwardedPrefix is the start of the path of a socket on the other machine, for sessions
// that ssh or an editor starts. sshd makes the socket for this user only, and does not
// remove it.
const ForwardedPrefix = "/tmp/doorkey-ask-"

// About returns who answers at home: the version of doorkey and the name of the computer.
func (t There) About(ctx context.Context) (string, error) { return t.ask(ctx, "about", "") }

// TakeTurn waits until this is the only ssh process that reads its forwarding.
func (t There) TakeTurn(ctx context.Context) error {
	_, err := t.ask(ctx, "turn", "")
	return err
}

// MayAsk reports whether the doorkey at home answers for a host.
func (t There) MayAsk(ctx context.Context, origin string) (bool, error) {
	protocol, host, _ := strings.Cut(origin, "://")
	answer, err := t.ask(ctx, "may", "protocol="+protocol+"\nhost="+host+"\n\n")
	return answer == "yes", err
}

// answerTime limits how long doorkey at home may take for an answer without a sign-in, over
// a slow connection.
const answerTime = 8 * time.Second

func (t There) ask(ctx context.Context, verb, body string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://doorkey/"+t.word+"/"+verb, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, Network, t.socket)
	}}}
	response, err := client.Do(request)
	if err != nil {
		if whole, is := errors.AsType[*url.Error](err); is {
			err = whole.Err // without the address, which contains the word
		}
		return "", fmt.Errorf("your computer does not answer: %v\n%s", err, loginAgain)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("your computer rejected the question (HTTP status %d)\n%s; if the session came from ssh's configuration, set it up again with: git credential-doorkey ssh --print-config DESTINATION", response.StatusCode, loginAgain)
	}
	return strings.TrimSpace(string(content)), err
}
