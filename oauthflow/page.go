package oauthflow

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// The last page of a sign-in: static text, and the name of the host.
const (
	pageStyle = `
:root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --back: #f6f8fa; --card: #fff; --line: #d1d9e0; --good: #1a7f37; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --quiet: #9198a1; --back: #0d1117; --card: #161b22; --line: #30363d; --good: #4ac26b; --bad: #ff8b82; }
}
body { margin: 0; min-height: 100svh; display: grid; place-items: center; background: var(--back); color: var(--text);
  font: 1.05rem/1.5 system-ui, sans-serif; }
main { --mark: var(--good); margin: 1rem; padding: 2rem clamp(1.25rem, 7vw, 2.5rem); max-width: 28rem;
  border: 1px solid var(--line); border-top-color: var(--mark); border-radius: .75rem; background: linear-gradient(var(--mark) .3rem, var(--card) 0) border-box; }
main.bad { --mark: var(--bad); }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; line-height: 1.3; text-wrap: balance; }
p { margin: 0; color: var(--quiet); text-wrap: pretty; }
`
	pageFrame = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>doorkey: TITLE</title>
<link rel="icon" href="data:,">
<style>STYLE</style>
</head>
<body><main class="CLASS"><h1>TITLE</h1><p>TEXT</p></main></body>
</html>
`
)

// writePage sends the page for the outcome of a sign-in to a host.
func writePage(w http.ResponseWriter, host string, outcome error) {
	class, title, text := "good", "You are signed in", "doorkey can now use your account on HOST, and git continues by itself. You can close this page."
	switch {
	case Is(outcome, "access_denied"):
		class, title, text = "bad", "You are not signed in", "The request was declined: doorkey cannot use your account on HOST. You can close this page. The terminal where git runs says what to do next."
	case outcome != nil:
		class, title, text = "bad", "You are not signed in", "Something went wrong between doorkey and HOST. You can close this page. The terminal where git runs shows the reason."
	}
	style := sha256.Sum256([]byte(pageStyle))
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-"+
		base64.StdEncoding.EncodeToString(style[:])+"'")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Connection", "close")
	text = strings.ReplaceAll(text, "HOST", escapeHTML(host))
	page := strings.NewReplacer("STYLE", pageStyle, "CLASS", class, "TITLE", title, "TEXT", text).Replace(pageFrame)
	header.Set("Content-Length", strconv.Itoa(len(page))) // without it, the page is complete only after the handler returns
	io.WriteString(w, page)
}

// escapeHTML does what html.EscapeString does. The program does not use package html,
// because that fills its tables at each start.
func escapeHTML(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(text)
}
