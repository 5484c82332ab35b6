package oauthflow

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/fakebrowser"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// TestDeviceSignInAtGitLab signs in over HTTPS, in the time of a synctest bubble.
func TestDeviceSignInAtGitLab(t *testing.T) {
	for _, test := range []struct {
		name    string
		options fakegitlab.Options
		waits   int // polls before the user answers
		answer  func(*fakegitlab.Server, string) error
		code    string // the code of the *Error, "" for a grant
		refresh bool
		codes   int
	}{
		{"authorized", fakegitlab.Options{}, 0, (*fakegitlab.Server).ApproveDevice, "", true, 1},
		{"authorized late", fakegitlab.Options{}, 50, (*fakegitlab.Server).ApproveDevice, "", true, 1},
		{"authorized after the first code expired", fakegitlab.Options{}, 70, (*fakegitlab.Server).ApproveDevice, "", true, 2},
		{"under a relative root", fakegitlab.Options{Root: "/git/lab"}, 1, (*fakegitlab.Server).ApproveDevice, "", true, 1},
		{"confidential application", fakegitlab.Options{ClientSecret: "hush"}, 1, (*fakegitlab.Server).ApproveDevice, "", true, 1},
		{"without a refresh token", fakegitlab.Options{DeviceWithoutRefreshToken: true}, 1, (*fakegitlab.Server).ApproveDevice, "", false, 1},
		{"denied", fakegitlab.Options{}, 2, (*fakegitlab.Server).DenyDevice, "access_denied", false, 1},
		{"nobody comes", fakegitlab.Options{}, 1000, nil, "expired_token", false, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := &clock{}
			clock.set()
			test.options.Now = clock.Now
			server := startGitLab(t, test.options)
			provider, realTime := gitLabAt(t, server), time.Now()
			if test.options.ClientSecret != "" {
				provider.ClientSecret = secret.New(test.options.ClientSecret)
			}
			synctest.Test(t, func(t *testing.T) {
				client, polls, codes := bubbleClient(t, server, clock, realTime), 0, []DeviceCode{}
				through := client.HTTP.Transport
				client.HTTP.Transport = step(func(request *http.Request) (*http.Response, error) {
					if request.URL.Path == test.options.Root+"/oauth/token" {
						polls++
						if polls == test.waits+1 {
							if err := test.answer(server, codes[len(codes)-1].UserCode); err != nil {
								t.Error(err)
							}
						}
					}
					return through.RoundTrip(request)
				})
				grant, err := client.SignInByDevice(t.Context(), provider, func(code DeviceCode) { codes = append(codes, code) })
				if test.code != "" && !Is(err, test.code) || test.code == "" && err != nil || len(codes) != test.codes {
					t.Errorf("%d codes, error %v", len(codes), err)
				}
				if server.Alive(grant.AccessToken.Reveal()) != (test.code == "") || server.Alive(grant.RefreshToken.Reveal()) != test.refresh {
					t.Errorf("access token %d bytes, refresh token %d bytes", len(grant.AccessToken.Reveal()), len(grant.RefreshToken.Reveal()))
				}
				if early := server.Count(fakegitlab.SlowDown); early != 0 {
					t.Errorf("polled too early %d times", early)
				}
			})
		})
	}
}

// TestDeviceAddressIsGitLabsPage lets a user open the address that is shown.
func TestDeviceAddressIsGitLabsPage(t *testing.T) {
	for _, test := range []struct {
		name     string
		complete bool
	}{
		{"the person types the code", false},
		{"the code is in the address", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startGitLab(t, fakegitlab.Options{Root: "/gitlab"})
			s := deviceSignIn{client: clientOf(t, server), provider: gitLabAt(t, server)}
			given, err := s.ask(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			browser, address := newBrowser(t, server), given.VerificationURL
			browser.Fields = map[string]string{"user_code": given.UserCode}
			if test.complete {
				browser.Fields, address = nil, given.VerificationURLComplete
			}
			page, err := browser.Visit(t.Context(), address, fakebrowser.Authorize)
			if err != nil || page.Status != 200 || len(server.UserCodes()) != 0 {
				t.Errorf("ended on %d %s: %v\n%s", page.Status, page.URL, err, page.Body)
			}
			if grant, err := s.poll(t.Context(), given); err != nil || !server.Alive(grant.AccessToken.Reveal()) {
				t.Errorf("poll: %v", err)
			}
		})
	}
}

func TestNoDeviceFlowAtOlderGitLab(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{DeviceFlowOff: true})
	_, err := clientOf(t, server).SignInByDevice(t.Context(), gitLabAt(t, server), func(DeviceCode) { t.Error("showed a code") })
	if !errors.Is(err, ErrNoDeviceFlow) {
		t.Errorf("error %v", err)
	}
}
