package main

// guardsOfMain returns the guards of the answers to git, of messages, and of the browser.
func guardsOfMain() []guard {
	return []guard{
		{"tokens go over TLS", "internal/test/e2e TestScripts/plain-http", "internal/helper/get.go", `if !oauthflow.MayCarryTokens(q.Origin) {`, `if false {`},
		{"what is for one host is not set for all", "internal/test/e2e TestScripts/attack-every-host", "internal/helper/get.go", `return provider, h.Config.RejectGlobalSecrets(ctx, q.Origin, provider, configured)`, `return provider, nil`},
		{"a secret is not for all hosts", "internal/test/e2e TestScripts/attack-every-host", "internal/settings/global.go", `if !configured.ClientSecret.IsEmpty() {`, `if false {`},
		{"a store overwrites no grant", "internal/test/e2e TestAttackByStoreAndErase", "internal/helper/store.go", `return a.IsGrant() && !a.Spent(h.now()) }`, `return false }`},
		{"a store takes no grant's place", "internal/test/e2e TestScripts/erase", "internal/helper/store.go", `|| signsIn(origin, request, configured) {`, `{`},
		{"an erase names the token", "internal/test/e2e TestAttackByStoreAndErase", "internal/helper/erase.go", `if !q.Password.IsSet() || current(account, secrets[i]).Equal(q.Password) {`, `{`},
		{"an erase of a token keeps the grant", "internal/test/e2e TestScripts/erase", "internal/helper/erase.go", `if !refused.Account.IsGrant() || !q.Password.IsSet() {`, `{`},
		{"a dead token's refresh token stays inside", "internal/test/e2e TestAttackByLongLife", "internal/helper/response.go", `Username: e.Account.AnswerUsername, Password: e.Secrets.AccessToken,`, `OAuthRefreshToken: e.Secrets.RefreshToken, Username: e.Account.AnswerUsername, Password: e.Secrets.AccessToken,`},
		{"a refresh goes where the grant came from", "internal/test/e2e TestAttackByRepository", "internal/helper/token_request.go", `TokenURL: account.TokenEndpoint,`, `TokenURL: r.request.HTTP.Proxy,`},

		{"a terminal is told nothing that it acts on", "internal/ui TestAttackByText", "internal/terminal/text.go", `if unicode.IsPrint(c) {`, `if true {`},
		{"events have nothing that a terminal acts on", "internal/ui TestNothingFromOutsideReachesTheTerminalRaw", "internal/ui/ui.go", `*field = terminal.Printable(*field)`, `_ = field`},
		{"messages are printable", "internal/test/e2e TestScripts/attack-text", "internal/ui/ui.go", `lines[i] = terminal.Printable(line)`, `lines[i] = line`},
		{"a command to be copied is one command", "internal/test/e2e TestScripts/attack-pasted-command", "internal/setup/result.go", `terminal.ShellWord(terminal.Printable(address))`, `terminal.Printable(address)`},
		{"a repository offers no application", "internal/test/e2e TestScripts/setup", "internal/setup/settings.go", `entry.IsOfRepository() || `, ``},
		{"git is started with no secret", "internal/gitconfig TestSetKeepsSecretsFromArguments", "internal/gitconfig/set.go", `value = rand.Text()`, `value = rand.Text()[:0] + setting.Secret.Reveal()`},

		{"nobody looks into the memory", "internal/test/e2e TestMemoryIsPrivate", "internal/secret/memory_linux.go", `unix.PR_SET_DUMPABLE, 0,`, `unix.PR_SET_DUMPABLE, 1,`},
		{"a trace shows no secret", "internal/test/e2e TestScripts/secrets", "internal/helper/signin_attempt.go", `"refresh_token", grant.RefreshToken,`, `"refresh_token", grant.RefreshToken.Reveal(),`},
		{"a report shows no client secret", "internal/test/e2e TestScripts/secrets", "internal/doctor/remote.go", `|| name == settings.ClientSecretVariable {`, `{`},
		{"what is wrong with a URL does not show its password", "internal/test/e2e TestAddressesWithSecrets", "internal/secret/address.go", `at >= 0 && rest[:at] != "git" {`, `at < 0 {`},
		{"a token is nobody's account", "internal/test/e2e TestScripts/token-in-url", "internal/helper/get.go", `if secret.IsTokenName(q.Username) {`, `if false {`},
		{"a token is not kept as a name", "internal/test/e2e TestScripts/token-in-url", "internal/helper/store.go", `|| secret.IsTokenName(request.Username) {`, `|| false && secret.IsTokenName(request.Username) {`},
		{"a token is signed in to by no command", "internal/test/e2e TestScripts/token-in-url", "internal/command/target.go", `if secret.IsTokenName(q.Username) {`, `if false {`},
		{"a token is in no trace", "internal/test/e2e TestScripts/token-in-url", "internal/helper/question.go", `if secret.IsTokenName(q.Label) {`, `if false && secret.IsTokenName(q.Label) {`},
		{"a URL is read as git reads it", "internal/command TestParseTargetRefuses", "internal/command/target.go", `if !isReadAlike(given, address) {`, `if false {`},
		{"a proxy's password is in no error", "internal/settings TestParseProxy", "internal/settings/proxy.go", `if strings.ContainsAny(scheme, ":@") {`, `if false {`},

		{"a browser opens the web alone", "internal/environment TestAttackByAddress", "internal/environment/browser.go", `parsed.User != nil || !oauthflow.MayCarryTokens(address) {`, `!oauthflow.MayCarryTokens(address) && false {`},
		{"no batch file is given an address", "internal/environment TestBrowserCommandOfWindows", "internal/environment/browser_command.go", `path != "" && !e.readsCommands(command) {`, `path != "" {`},
		{"a web page gets no answer", "internal/forward TestAttackByWebPage", "internal/forward/server.go", `if r.Host != hostName {`, `if false {`},
		{"a browser is given one word", "internal/environment TestAttackByAddress", "internal/environment/browser.go", `if strings.ContainsFunc(parsed.String(), isNotOfURL) {`, `if false {`},
	}
}
