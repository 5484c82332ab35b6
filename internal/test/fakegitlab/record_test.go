package fakegitlab

import (
	"net/http"
	"sync"
	"testing"
)

func TestMostAtOnce(t *testing.T) {
	server := start(t, Options{})
	release := make(chan struct{})
	server.Misbehave(Misbehaviour{At: Metadata, Times: 3, Hold: release})
	ask := func() {
		response, err := newClient(t, server).Get(server.URL() + "/.well-known/openid-configuration")
		if err != nil {
			t.Error(err)
			return
		}
		response.Body.Close()
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(ask)
	}
	if err := server.WaitFor(t.Context(), Metadata, 3); err != nil {
		t.Fatal(err)
	}
	close(release)
	all.Wait()
	ask() // alone
	for kind, want := range map[Kind]int{Metadata: 3, Token: 0} {
		if most := server.MostAtOnce(kind); most != want {
			t.Errorf("%d of %s at once, want %d", most, kind, want)
		}
	}
}

func TestOneAfterTheOtherIsNotAtOnce(t *testing.T) {
	server := start(t, Options{})
	_, refresh := server.IssueGrant()
	for range 3 {
		status, answer := post(t, server, "/oauth/token", refreshForm(refresh))
		if status != http.StatusOK {
			t.Fatalf("%d %v", status, answer)
		}
		refresh = answer["refresh_token"].(string)
	}
	for _, kind := range []Kind{Token, TokenRefreshToken} {
		if most := server.MostAtOnce(kind); most != 1 {
			t.Errorf("%d of %s at once, want 1", most, kind)
		}
	}
}

func TestNumbersOfTokens(t *testing.T) {
	server := start(t, Options{})
	if newest := server.Newest(); newest != 0 {
		t.Errorf("before the first token the newest is number %d", newest)
	}
	first, refresh := server.IssueGrant()
	_, answer := post(t, server, "/oauth/token", refreshForm(refresh))
	second := answer["access_token"].(string)
	for _, test := range []struct {
		name, token string
		want        int
	}{
		{"the first, which is spent", first, 1},
		{"the second", second, 2},
		{"a refresh token", refresh, 0},
		{"none of this server's", "x", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if number := server.Number(test.token); number != test.want {
				t.Errorf("number %d, want %d", number, test.want)
			}
		})
	}
	if newest := server.Newest(); newest != 2 {
		t.Errorf("the newest is number %d, want 2", newest)
	}
}
