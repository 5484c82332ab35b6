package oauthflow

import (
	"net/http"
	"strings"

	"git-credential-doorkey/internal/secret"
)

// Gateway is what git sends to a gateway in front of a server, which blocks everyone
// else (http.extraHeader, http.cookieFile). All of it is secret.
type Gateway struct {
	Origin  string        // "https://git.example.com": sent only there
	Headers []secret.Text // "Name: value"
}

// addTo adds the headers to a request, if it goes to their origin.
func (g Gateway) addTo(request *http.Request) {
	if !sameOrigin(g.Origin, request.URL.String()) {
		return
	}
	for _, line := range g.Headers {
		name, value, ok := readHeader(line.Reveal())
		if before := request.Header.Get(name); ok && before != "" && name == "Cookie" { // RFC 6265 section 5.4: one header
			request.Header.Set(name, before+"; "+value)
		} else if ok {
			request.Header.Add(name, value)
		}
	}
}

// readHeader reads a configured header. It rejects headers that say how to read the
// request, and as whom: the server would take an Authorization header that git sends for
// itself as the application's (RFC 6749 section 2.3.1).
func readHeader(line string) (name, value string, ok bool) {
	name, value, found := strings.Cut(line, ":")
	name, value = http.CanonicalHeaderKey(name), strings.TrimSpace(value)
	if !found || value == "" || strings.ContainsAny(value, "\r\n\x00") || !isVisibleASCII(name) {
		return "", "", false
	}
	return name, value, !isOwnHeader(name)
}

// isOwnHeader reports whether doorkey or HTTP uses a header itself.
func isOwnHeader(name string) bool {
	switch name {
	case "Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Length", "Content-Type", "Expect", "Host", "Te",
		"Trailer", "Transfer-Encoding", "Upgrade", "User-Agent":
		return true
	}
	return false
}

// withoutHeaders removes the gateway's headers from a text of the server, which may
// repeat them.
func withoutHeaders(text string, request *http.Request) string {
	if request == nil {
		return text
	}
	for name, values := range request.Header {
		if isOwnHeader(name) {
			continue
		}
		for _, value := range append(values, strings.FieldsFunc(strings.Join(values, ";"), func(c rune) bool { return strings.ContainsRune(" ;=", c) })...) {
			if len(value) >= shortestSecret {
				text = strings.ReplaceAll(text, value, "[secret]")
			}
		}
	}
	return text
}

// shortestSecret leaves words such as "a" and "id" in texts.
const shortestSecret = 6
