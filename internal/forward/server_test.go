package forward

import (
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/test/parts"
	"git-credential-doorkey/internal/ui"
)

const (
	signedIn  = "protocol=https\nhost=gitlab.example.com\n\n"
	known     = "protocol=https\nhost=password.example.com\n\n"
	rejected  = "protocol=https\nhost=gitlab.example.com\nusername=oauth2\npassword=the-access-token\n\n"
	someToken = "the-access-token"
)

// home starts a session's server at a doorkey with a grant and a password.
func home(t *testing.T) (socket string, accounts *cache.Cache) {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(t.TempDir(), "none"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	accounts = &cache.Cache{Directory: filepath.Join(t.TempDir(), "state")}
	now := time.Now()
	put(t, accounts, "https://gitlab.example.com", cache.Account{
		Provider: "gitlab", AnswerUsername: "oauth2", TokenEndpoint: "https://gitlab.example.com/oauth/token", Obtained: now, Expiry: now.Add(time.Hour),
	}, cache.Secrets{AccessToken: secret.New(someToken), RefreshToken: secret.New("the-refresh-token")})
	put(t, accounts, "https://password.example.com", cache.Account{Username: "ada", Obtained: now},
		cache.Secrets{Password: secret.New("a-password"), RefreshToken: secret.New("another-refresh-token")})
	where := environment.Detect("")
	s := &server{word: "WORD", Helper: &helper.Helper{
		Cache: accounts, Config: settings.Reader{Git: new(gitconfig.Config), Environment: where}, UI: &ui.UI{Stderr: io.Discard, Environment: where},
	}}
	socket = parts.SocketPath(t)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	go s.serve(t.Context(), listener)
	return socket, accounts
}

func put(t *testing.T, c *cache.Cache, origin string, account cache.Account, secrets cache.Secrets) {
	t.Helper()
	locked, err := c.Lock(t.Context(), origin, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	if _, err := locked.Put(t.Context(), cache.InFile, account, secrets); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request to the socket, as curl does.
func ask(t *testing.T, socket, method, path, body string) (status int, answer string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://doorkey"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

func TestAnswer(t *testing.T) {
	socket, accounts := home(t)
	status, answer := ask(t, socket, "POST", "/WORD/get", signedIn)
	if status != http.StatusOK || !strings.Contains(answer, "username=oauth2\npassword="+someToken+"\n") || strings.Contains(answer, "refresh") {
		t.Errorf("got %d, %q", status, answer)
	}
	// A token that the server rejected is dropped if it is the current one.
	for _, row := range []struct {
		name, body string
		ended      bool
	}{
		{"another token", strings.Replace(rejected, someToken, "an-older-token", 1), false},
		{"no token", signedIn, false},
		{"the token", rejected, true},
	} {
		t.Run("erase of "+row.name, func(t *testing.T) {
			ask(t, socket, "POST", "/WORD/erase", row.body)
			if all, err := accounts.Accounts("https://gitlab.example.com"); err != nil || len(all) != 1 || all[0].Ended != row.ended {
				t.Errorf("got %+v, %v", all, err)
			}
		})
	}
}

// TestAttackFromThere: a program that has the socket gets no token without the word. With
// the word, it gets only access tokens, and only for hosts that the user is signed in to.
func TestAttackFromThere(t *testing.T) {
	for _, row := range []struct{ name, method, path, body string }{
		{"without a word", "POST", "/get", signedIn},
		{"with the word of another session", "POST", "/WORE/get", signedIn},
		{"with a part of the word", "POST", "/WOR/get", signedIn},
		{"with an empty word", "POST", "//get", signedIn},
		{"by another method", "GET", "/WORD/get", signedIn},
		{"to store", "POST", "/WORD/store", rejected},
		{"to list", "POST", "/WORD/status", ""},
		{"by a path that leads back", "POST", "/WORD/../WORD/get", signedIn},
		{"for another host", "POST", "/WORD/get", "protocol=https\nhost=gitlab.example.org\n\n"},
		{"for a host that looks alike", "POST", "/WORD/get", "protocol=https\nhost=gitlab.example.com.evil.example\n\n"},
		{"by plain HTTP", "POST", "/WORD/get", "protocol=http\nhost=gitlab.example.com\n\n"},
		{"for a password", "POST", "/WORD/get", known},
		{"for a password by name", "POST", "/WORD/get", "protocol=https\nhost=password.example.com\nusername=ada\n\n"},
		{"of 1 MB", "POST", "/WORD/get", signedIn[:len(signedIn)-1] + "path=" + strings.Repeat("x", 1<<20) + "\n\n"},
		{"that is none", "POST", "/WORD/get", "protocol\x00=https\n\n"},
		{"of two hosts", "POST", "/WORD/get", "host=a.example\nprotocol=https\nhost=gitlab.example.com\n\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			socket, accounts := home(t)
			_, answer := ask(t, socket, row.method, row.path, row.body)
			if strings.Contains(answer, someToken) || strings.Contains(answer, "password") || strings.Contains(answer, "refresh") {
				t.Errorf("got %q", answer)
			}
			for origin, want := range map[string]int{"https://gitlab.example.com": 1, "https://password.example.com": 1} {
				if all, err := accounts.Accounts(origin); err != nil || len(all) != want || all[0].Ended {
					t.Errorf("%s: %+v, %v", origin, all, err)
				}
			}
		})
	}
}

// TestWord: the word is returned once.
func TestWord(t *testing.T) {
	socket, _ := home(t)
	if status, word := ask(t, socket, "GET", "/word", ""); status != http.StatusOK || word != "WORD" {
		t.Errorf("first: %d, %q", status, word)
	}
	if status, word := ask(t, socket, "GET", "/word", ""); status != http.StatusGone || strings.Contains(word, "WORD") {
		t.Errorf("second: %d, %q", status, word)
	}
}

// TestSilence: an incomplete request does not block other requests.
func TestSilence(t *testing.T) {
	socket, _ := home(t)
	for range 20 {
		connection, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if _, err := io.WriteString(connection, "POST /WORD/get HTTP/1.1\r\nHost: doorkey\r\nContent-Length: 100\r\n\r\nproto"); err != nil {
			t.Fatal(err)
		}
	}
	if _, answer := ask(t, socket, "POST", "/WORD/get", signedIn); !strings.Contains(answer, someToken) {
		t.Errorf("got %q", answer)
	}
}
