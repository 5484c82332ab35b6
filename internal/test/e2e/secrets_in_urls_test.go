package e2e

import (
	"regexp"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// addressesWithSecrets returns URLs in which users put secrets. Some of them are not valid
// URLs, because a character of the secret would have to be escaped.
func addressesWithSecrets() map[string]string {
	return map[string]string{
		"password":                             "https://ada:hush@127.0.0.1:1/p",
		"password with a percent sign":         "https://ada:%hush@127.0.0.1:1/p",
		"password with a number sign":          "https://ada:1#hush@127.0.0.1:1/p",
		"password with a question mark":        "https://ada:1?hush@127.0.0.1:1/p",
		"password with a slash":                "https://ada:p/hush@127.0.0.1:1/p",
		"password with an at sign":             "https://ada:1@hush@127.0.0.1:1/p",
		"password, and a scheme of no helper":  "ftp://ada:hush@127.0.0.1:1/p",
		"password, and a scheme in upper case": "HTTPS://ada:%hush@127.0.0.1:1/p",
		"token in the query":                   "https://127.0.0.1:1/p?private_token=hush",
	}
}

// TestAddressesWithSecrets: no command shows the secret in such a URL, wherever the URL
// comes from and whatever is wrong with it. Each command prints a text that shows that it
// has reached the URL.
func TestAddressesWithSecrets(t *testing.T) {
	parts.Long(t)
	const host = "https://127.0.0.1:1"
	const refused = "is not the URL of a host|the URL contains a password"
	for _, row := range []struct {
		name, setting string   // "KEY VALUE" in the repository; ADDRESS stands for the URL
		global        string   // likewise, in the user's own configuration
		commands      []string // ADDRESS stands for the URL
		says          string   // in the output of each command, a regular expression; SHOWN is the URL as doorkey may show it
	}{
		{"given", "", "", []string{"login ADDRESS", "logout ADDRESS", "status ADDRESS", "token ADDRESS", "setup ADDRESS --client-id x --no-sign-in", "doctor ADDRESS"}, refused},
		{"given as the only host", "", "", []string{"install --host ADDRESS"}, `--host (is not the URL of a host|contains a user name)|"ftp://127\.0\.0\.1:1" is not an https URL`},
		{"one too many", "", "", []string{"login " + host + " ADDRESS"}, `unexpected argument "SHOWN"`},
		{"remote", "remote.origin.url ADDRESS", "", []string{"login", "logout", "token"}, refused + "|is not a clone with an https remote"},
		{"remote that is looked at", "remote.origin.url ADDRESS", "", []string{"doctor", "doctor --json"}, refused + `|SHOWN\\?" does not use https`},
		{"instead of another", "url.ADDRESS.insteadOf " + host, "", []string{"doctor " + host, "doctor --json " + host}, refused + `|git goes to \\?"SHOWN\\?" instead`},
		{"for pushes", "url.ftp://ADDRESS.pushInsteadOf " + host, "", []string{"doctor " + host}, `pushes go to "ftp://\S*127\.0\.0\.1:1/p(\?…)?" instead`},
		{"whom a helper is for", "", "credential.ADDRESS.helper y", []string{"install --dry-run"}, `"y" \(credential\.SHOWN`},
		{"whom a helper is for, where it may be for another", "", "credential.ADDRESS.helper y", []string{"doctor " + host + "/p"}, `"y" \(credential\.SHOWN|git asks only doorkey`},
		{"whom a setting is for, where it may be for another", "credential.ADDRESS.oauthClientId x", "", []string{"doctor https://ada@127.0.0.1:1/p"}, `ignores credential\.SHOWN|ok +settings: `},
		{"endpoint", "", "credential." + host + ".oauthAuthURL ADDRESS", []string{"doctor " + host}, `oauthAuthURL "SHOWN": |sign-in at SHOWN, `},
		{"endpoint of a sign-in", "", "credential." + host + ".oauthTokenURL ADDRESS", []string{"token " + host}, `oauthTokenURL "SHOWN": |token_endpoint="?SHOWN`},
		{"endpoint of a host that is set up", "", "credential." + host + ".oauthTokenURL ADDRESS", []string{"setup " + host}, `oauthtokenurl = SHOWN `},
		{"revocation endpoint", "", "credential." + host + ".oauthRevokeURL ADDRESS", []string{"token " + host, "doctor " + host}, `oauthRevokeURL ("SHOWN": |set in )|needs a sign-in`},
		{"redirect address", "", "credential." + host + ".oauthRedirectURL ADDRESS", []string{"token " + host, "doctor " + host}, `oauthRedirectURL "SHOWN": it must be`},
		{"proxy", "", "http.proxy ADDRESS", []string{"login " + host, "doctor " + host}, `git's http\.proxy: `},
	} {
		says := regexp.MustCompile(strings.ReplaceAll(row.says, "SHOWN", `(https|HTTPS|ftp)://(…@)?127\.0\.0\.1:1/p(\?…)?`))
		for form, address := range addressesWithSecrets() {
			t.Run(row.name+"/"+form, func(t *testing.T) {
				t.Parallel()
				v := newVictim(t)
				v.directory, v.environment = t.TempDir(), append(v.environment, "DOORKEY_INTERACTIVE=0", "DOORKEY_TRACE=1")
				v.git(t, "", "init", "-q", v.directory)
				v.git(t, "", "config", "--global", "credential."+host+".oauthClientId", "x")
				v.git(t, "", "config", "--global", "credential.oauthTimeout", "1ms")
				for file, setting := range map[string]string{"--local": row.setting, "--global": row.global} {
					if key, value, found := strings.Cut(strings.ReplaceAll(setting, "ADDRESS", address), " "); found {
						v.git(t, "", "-C", v.directory, "config", file, key, value)
					}
				}
				for _, command := range row.commands {
					got := v.runs(t, "", "git-credential-doorkey", strings.Fields(strings.ReplaceAll(command, "ADDRESS", address))...)
					if strings.Contains(got.stdout+got.stderr, "hush") {
						t.Errorf("%s shows\n%s%s", command, got.stdout, got.stderr)
					}
					if !says.MatchString(got.stdout + got.stderr) {
						t.Errorf("%s has not come to the URL: it says nothing of %q\n%s%s", command, says, got.stdout, got.stderr)
					}
				}
			})
		}
	}
}
