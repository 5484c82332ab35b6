package main

// guardsOfBrowserFlow returns the guards of the sign-in in the browser.
func guardsOfBrowserFlow() []guard {
	const (
		browser, callback = "oauthflow/browser.go", "oauthflow/callback.go"
		strays, page      = "oauthflow TestStrayRequests", "oauthflow TestAttackByPage"
	)
	return []guard{
		{"an answer has the state", page, browser, `return subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.state)) == 1`, `return subtle.ConstantTimeCompare(nil, nil) == 1`},
		{"an answer has everything once", strays, browser, `if len(answer[name]) > 1 {`, `if len(answer[name]) < 0 {`},
		{"an answer has a code or an error", strays, browser, `if answer.Has("code") == answer.Has("error") || `, `if false && `},
		{"an answer names no other server", "oauthflow TestAttackByMixUp", browser, `!sameOrigin(issuer, a.provider.AuthURL)`, `false`},
		{"a server is compared with its port", "oauthflow TestAttackByMixUp", browser, ` && portOf(a) == portOf(b)`, ``},
		{"a server is compared with its scheme", "oauthflow TestAttackByMixUp", browser, `a.Scheme == b.Scheme &&`, `true &&`},
		{"a request has a challenge", "oauthflow TestAttackByDowngrade", browser, `config.AuthCodeURL(a.state, oauth2.S256ChallengeOption(a.verifier))`, `config.AuthCodeURL(a.state)`},
		{"a challenge is a hash", "oauthflow TestAttackByDowngrade", browser, `oauth2.S256ChallengeOption(a.verifier)`, `oauth2.SetAuthURLParam("code_challenge", a.verifier)`},
		{"a state is nobody's to guess", "oauthflow TestAttackByDowngrade", browser, `state: oauth2.GenerateVerifier()`, `state: "state"`},
		{"a verifier is shown", "oauthflow TestSignInByBrowser", browser, `"redirect_uri": {a.redirect}, "code_verifier": {a.verifier},`, `"redirect_uri": {a.redirect},`},

		{"the listener hears this machine", "oauthflow TestAttackFromTheNetwork", callback, `net.Listen("tcp", net.JoinHostPort(host, port))`, `net.Listen("tcp", ":"+port)`},
		{"the listener takes GET", page, callback, `r.Method != http.MethodGet || `, ``},
		{"the listener takes its own name", page, callback, ` || withoutPort80(r.Host) != withoutPort80(c.redirect.Host)`, ``},
		{"the listener takes its own path", strays, callback, `case c.isMine(r) && matches(answer):`, `case matches(answer):`},
		{"the listener reads short headers", strays, callback, `, MaxHeaderBytes: 32 << 10`, `, MaxHeaderBytes: 32 << 20`},
		{"the listener answers no OPTIONS", strays, callback, `DisableGeneralOptionsHandler: true,`, `DisableGeneralOptionsHandler: false,`},
		{"the last page runs nothing", "oauthflow TestSignInByBrowser", "oauthflow/page.go", `"default-src 'none'; `, `"`},
	}
}

// guardsOfServers returns the guards of the communication with servers.
func guardsOfServers() []guard {
	const (
		device, verification       = "oauthflow/device_answer.go", "oauthflow TestVerificationURL"
		http, form, grant, failure = "oauthflow/http.go", "oauthflow/form.go", "oauthflow/grant.go", "oauthflow/error.go"
		endpoint, metadata         = "oauthflow/provider_endpoint.go", "oauthflow/metadata.go"
	)
	return []guard{
		{"redirects are not followed", "oauthflow TestRedirectsAreNotFollowed", http, `CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },`, ``},
		{"redirects of a refresh are not followed", "internal/test/e2e TestAttackByRedirectedRefresh", http, `CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },`, ``},
		{"what is for a gateway goes to one host", "oauthflow TestGateway", "oauthflow/http_gateway.go", `if !sameOrigin(g.Origin, request.URL.String()) {`, `if false {`},
		{"what is for a gateway is of the git host", "internal/settings TestGatewayIsForTheHost", "internal/settings/gateway.go", `if origin == "" || OriginOf(endpoint.String()) != origin {`, `if false {`},
		{"an answer has an end", "oauthflow TestAttackByAnswer", http, `http.MaxBytesReader(nil, response.Body, largestBody)`, `http.MaxBytesReader(nil, response.Body, 1<<30)`},
		{"a handshake has an end", "oauthflow TestAttackBySlowness", http, `TLSHandshakeTimeout:   connectTime,`, ``},
		{"headers have an end", "oauthflow TestAttackBySlowness", http, `ResponseHeaderTimeout: headerTime,`, ``},
		{"a request has an end", "oauthflow TestAttackBySlowness", http, `context.WithTimeout(request.Context(), wholeTime)`, `context.WithTimeout(request.Context(), 1000*wholeTime)`},
		{"certificates count", "oauthflow TestServersAreNotTrustedByThemselves", "oauthflow/http_tls.go", `InsecureSkipVerify: s.NoVerify`, `InsecureSkipVerify: true`},
		{"certificates count for all hosts", "internal/settings TestVerification", "internal/settings/network.go", `if isFalseFor(all, g.endpoint) {`, `if isFalseFor(all, g.endpoint) || true {`},
		{"certificates of proxies count", "oauthflow TestProxyByTLS", "oauthflow/http_tls.go", `config := &tls.Config{MinVersion: tls.VersionTLS12}`, `config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}`},

		{"a token has only its characters", "oauthflow TestRefreshThatGoesWrong", grant, `if !isVisibleASCII(token) {`, `if false {`},
		{"a token fits a line", "oauthflow TestRefreshThatGoesWrong", grant, `if len(token) > longestToken {`, `if false {`},
		{"a time is not negative", "oauthflow TestDeviceTimes", form, ` || number < 0 {`, ` {`},
		{"a lifetime ends", "oauthflow TestExpiry", form, `min(number, mostSeconds)`, `min(number, 1e9)`},
		{"an interval is neither short nor long", "oauthflow TestDeviceTimes", device, `min(max(interval, shortestInterval), longestInterval)`, `interval`},
		{"an error repeats no secret", "oauthflow TestErrorsDoNotRepeatSecrets", failure, `sent != ""`, `false`},
		{"an error has one line", "oauthflow TestErrorText", failure, `strings.Join(strings.Fields(text), " ")`, `text`},
		{"an error is short", "oauthflow TestErrorText", failure, `if len(characters) > longestText {`, `if false {`},

		{"a user code can be typed", "oauthflow TestUserCode", device, `if !isUserCode(given.UserCode) {`, `if false {`},
		{"a verification address is printable", verification, device, ` || !isVisibleASCII(given) {`, ` {`},
		{"a verification address is one of the web", verification, device, `address.Scheme != "https" && address.Scheme != "http" || `, ``},
		{"a verification address names no user", verification, device, ` || address.User != nil || address.Fragment != "" {`, ` {`},
		{"a verification address is the server's own", verification, device, `if isKnown && !isOwn {`, `if isKnown && !isOwn && false {`},
		{"a verification address is https", verification, device, `if !carriesTokens(address) {`, `if false {`},

		{"metadata name their issuer", "oauthflow TestMetadataAreChecked", metadata, `if m.issuer != issuer && m.issuer != issuer+"/" {`, `if false {`},
		{"metadata have PKCE", "oauthflow TestMetadataAreChecked", metadata, `if m.methods != nil && !slices.Contains(m.methods, "S256") {`, `if slices.Contains(m.methods, "") {`},
		{"metadata name endpoints at the host", "oauthflow TestMetadataNameEndpointsAtTheHost", metadata, `if !sameOrigin(address, base.String()) {`, `if false {`},
		{"metadata name a device flow at the host", "oauthflow TestDiscover", metadata, `address == "" || !sameOrigin(address, base.String()) {`, `address == "" {`},

		{"an endpoint is https", "oauthflow TestResolveRefusesEndpoints", endpoint, `if !carriesTokens(address) {`, `if false {`},
		{"an endpoint names no user", "oauthflow TestResolveRefusesEndpoints", endpoint, `if address.User != nil || address.Fragment != "" {`, `if false {`},
		{"a name is no loopback address", "oauthflow TestResolveRefusesEndpoints", endpoint, `return err == nil && address.IsLoopback()`, `return err == nil && address.IsLoopback() || host == "localhost"`},
		{"a redirect stays on this machine", "oauthflow TestResolveChecksTheRedirect", endpoint, `if err := checkRedirect(p.RedirectURL); err != nil {`, `if err := error(nil); err != nil {`},
	}
}
