package main

// guardsOfMain are those of the stories, of what is said, and of the browser.
func guardsOfMain() []guard {
	return []guard{
		{"tokens go over TLS", ". TestScripts/plain-http", "get.go", `if !oauthflow.MayCarryTokens(q.origin) {`, `if false {`},
		{"what is for one host is not set for all", ". TestScripts/attack-every-host", "get.go", `return provider, d.refuseForEveryHost(ctx, q.origin, provider, configured)`, `return provider, nil`},
		{"a secret is not for all hosts", ". TestScripts/attack-every-host", "everyhost.go", `if !configured.ClientSecret.IsEmpty() {`, `if false {`},
		{"a store overwrites no grant", ". TestAttackByStoreAndErase", "store.go", `return a.IsGrant() && !a.Spent(d.now()) }`, `return false }`},
		{"a store takes no grant's place", ". TestScripts/erase", "store.go", `|| signsIn(origin, request, settings) {`, `{`},
		{"an erase names the token", ". TestAttackByStoreAndErase", "erase.go", `if !q.Password.IsSet() || current(account, secrets[i]).Equal(q.Password) {`, `{`},
		{"an erase of a token keeps the grant", ". TestScripts/erase", "erase.go", `if !refused.account.IsGrant() || !q.Password.IsSet() {`, `{`},
		{"a dead token's refresh token stays inside", ". TestAttackByLongLife", "entry.go", `Username: e.account.AnswerUsername, Password: e.secrets.AccessToken,`, `OAuthRefreshToken: e.secrets.RefreshToken, Username: e.account.AnswerUsername, Password: e.secrets.AccessToken,`},
		{"a refresh goes where the grant came from", ". TestAttackByRepository", "exchange_request.go", `TokenURL: account.TokenEndpoint,`, `TokenURL: what.HTTP.Proxy,`},

		{"a terminal is told nothing that it acts on", ". TestAttackByText", "person.go", `if unicode.IsPrint(c) {`, `if true {`},
		{"events have nothing that a terminal acts on", ". TestNothingFromOutsideReachesTheTerminalRaw", "person.go", `*field = printable(*field)`, `_ = field`},
		{"messages are printable", ". TestScripts/attack-text", "person.go", `lines[i] = printable(line)`, `lines[i] = line`},
		{"a command to be copied is one command", ". TestScripts/attack-pasted-command", "setup_result.go", `shellWord(printable(address))`, `printable(address)`},
		{"a repository offers no application", ". TestScripts/setup", "setup_settings.go", `entry.IsOfRepository() || `, ``},
		{"git is started with no secret", "internal/gitconfig TestSetKeepsSecretsFromArguments", "internal/gitconfig/set.go", `value = rand.Text()`, `value = rand.Text()[:0] + setting.Secret.Reveal()`},

		{"nobody looks into the memory", ". TestMemoryIsPrivate", "memory_linux.go", `unix.PR_SET_DUMPABLE, 0,`, `unix.PR_SET_DUMPABLE, 1,`},
		{"a trace shows no secret", ". TestScripts/secrets", "asking.go", `"refresh_token", grant.RefreshToken,`, `"refresh_token", grant.RefreshToken.Reveal(),`},
		{"a report shows no client secret", ". TestScripts/secrets", "doctor_remote.go", `|| name == clientSecretVariable {`, `{`},
		{"what is wrong with a URL does not show its password", ". TestAddressesWithSecrets", "internal/secret/address.go", `at >= 0 && rest[:at] != "git" {`, `at < 0 {`},
		{"a token is nobody's account", ". TestScripts/token-in-url", "get.go", `if isTokenName(q.Username) {`, `if false {`},
		{"a token is not kept as a name", ". TestScripts/token-in-url", "store.go", `|| isTokenName(request.Username) {`, `{`},
		{"a token is signed in to by no command", ". TestScripts/token-in-url", "target.go", `if isTokenName(q.Username) {`, `if false {`},
		{"a token is in no trace", ". TestScripts/token-in-url", "tokenname.go", `if isTokenName(q.label) {`, `if false {`},
		{"a URL is read as git reads it", ". TestParseTargetRefuses", "target.go", `if !isReadAlike(given, address) {`, `if false {`},
		{"a proxy's password is in no error", ". TestParseProxy", "network_proxy.go", `if strings.ContainsAny(scheme, ":@") {`, `if false {`},

		{"a browser opens the web alone", ". TestAttackByAddress", "browser.go", `parsed.User != nil || !oauthflow.MayCarryTokens(address) {`, `!oauthflow.MayCarryTokens(address) && false {`},
		{"a browser is given one word", ". TestAttackByAddress", "browser.go", `if strings.ContainsFunc(parsed.String(), isNotOfURL) {`, `if false {`},
	}
}
