package oauthflow

import (
	"net"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/fakebrowser"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// pageRequests are requests that a page in the user's browser can send to the listener. The
// page has found the listener's port by trying, but does not know the state. No such
// request may end the sign-in, and the page must not be able to read an answer.
func pageRequests() []stray {
	const guess = "/?state=guessed&code=guessed"
	from := func(destination, mode string) []string {
		return []string{"Origin: https://evil.example", "Referer: https://evil.example/", "Sec-Fetch-Site: cross-site",
			"Sec-Fetch-Mode: " + mode, "Sec-Fetch-Dest: " + destination}
	}
	return []stray{
		{name: "image", target: guess, header: from("image", "no-cors"), status: 404},
		{name: "script", target: guess, header: from("script", "no-cors"), status: 404},
		{name: "frame", target: guess, header: from("iframe", "navigate"), status: 404},
		{name: "whole page", target: guess, header: from("document", "navigate"), status: 404},
		{name: "fetch", target: guess, header: from("empty", "cors"), status: 404},
		{name: "fetch that says no for the person", target: "/?error=access_denied&state=", header: from("empty", "cors"), status: 404},
		{name: "fetch with cookies", target: guess, header: append(from("empty", "cors"), "Cookie: state=STATE"), status: 404},
		{name: "form that is posted", method: "POST", target: "/", header: append(from("document", "navigate"),
			"Content-Type: application/x-www-form-urlencoded", "Content-Length: 0"), status: 404},
		{name: "form that is posted with the answer in the address", method: "POST", target: "/?state=STATE&code=guessed", header: append(from("document", "navigate"), "Content-Length: 0"), status: 404},
		{name: "method of its own", method: "GETX", target: "/?state=STATE&code=guessed", status: 404},
		{name: "method overridden", method: "POST", target: "/?state=STATE&code=guessed&_method=GET", header: []string{"X-HTTP-Method-Override: GET"}, status: 404},
		{name: "preflight", method: "OPTIONS", target: guess, header: append(from("empty", "cors"), "Access-Control-Request-Method: POST",
			"Access-Control-Request-Headers: x-state", "Access-Control-Request-Local-Network: true"), status: 404},
		{name: "web socket", target: guess, header: append(from("websocket", "websocket"),
			"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), status: 404},
		{name: "HTTP/2 without TLS", method: "PRI", target: "*", status: 404},
		{name: "tunnel", method: "CONNECT", target: "evil.example:443", host: "evil.example:443", status: 404},
		{name: "name of its own that points here, in front", target: "/?state=STATE&code=guessed", host: "127.0.0.1.evil.example:PORT", status: 404},
		{name: "name of its own that points here, behind", target: "/?state=STATE&code=guessed", host: "evil.example#127.0.0.1:PORT", status: 400},
		{name: "name of its own with a dot at its end", target: "/?state=STATE&code=guessed", host: "127.0.0.1.:PORT", status: 404},
		{name: "address in another form", target: "/?state=STATE&code=guessed", host: "127.1:PORT", status: 404},
		{name: "address as a number", target: "/?state=STATE&code=guessed", host: "2130706433:PORT", status: 404},
		{name: "forwarded host", target: "/?state=STATE&code=guessed", host: "evil.example", header: []string{"X-Forwarded-Host: 127.0.0.1", "Forwarded: host=127.0.0.1"}, status: 404},
		{name: "two hosts", target: "/?state=STATE&code=guessed", header: []string{"Host: evil.example"}, status: 400},
		{name: "state in a header", target: "/?code=guessed", header: []string{"X-State: STATE"}, status: 404},
		{name: "state in a fragment", target: "/?code=guessed#state=STATE", status: 404},
		{name: "state under a name in other letters", target: "/?STATE=x&State=STATE&code=guessed", status: 404},
		{name: "state as a list", target: "/?state[]=STATE&code=guessed", status: 404},
		{name: "state with a NUL behind it", target: "/?state=STATE%00&code=guessed", status: 404},
		{name: "two lengths", method: "POST", target: guess, header: []string{"Content-Length: 1", "Content-Length: 2"}, status: 400},
	}
}

func TestAttackByPage(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{ConsentAutomatically: true})
	browser, ended := newBrowser(t, server), make(chan visited, 1)
	_, err := signInByBrowser(t.Context(), clientOf(t, server), gitLabAt(t, server), func(address string) {
		for _, request := range pageRequests() {
			t.Run(request.name, func(t *testing.T) {
				status, header := request.send(t, address)
				if status != request.status {
					t.Errorf("answered with %d, want %d", status, request.status)
				}
				for name := range header {
					if strings.HasPrefix(name, "Access-Control-") || name == "Location" {
						t.Errorf("answered with %s: %s", name, header.Get(name))
					}
				}
			})
		}
		go func() {
			page, err := browser.Visit(t.Context(), address, fakebrowser.Authorize)
			ended <- visited{page, err}
		}()
	})
	if err != nil {
		t.Error(err)
	}
	checkLastPage(t, <-ended, "You are signed in")
	if requests := server.Count(fakegitlab.Token); requests != 1 {
		t.Errorf("%d codes were redeemed", requests)
	}
}

// TestAttackFromTheNetwork: the listener is bound to the loopback interface, so no other
// machine can connect.
func TestAttackFromTheNetwork(t *testing.T) {
	for _, redirect := range []string{"http://127.0.0.1/", "http://127.0.0.1:0/", "http://localhost:0/"} {
		callback, err := listen(redirect)
		if err != nil {
			t.Fatal(err)
		}
		if address := callback.listener.Addr().(*net.TCPAddr); !address.IP.IsLoopback() {
			t.Errorf("%s listens at %v", redirect, address)
		}
		callback.listener.Close()
	}
}
