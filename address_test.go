package main

import (
	"strings"
	"testing"
)

// addressesWithSecrets are URLs as people have them who put a secret there; some
// of them are none, since a character of the secret would have to be escaped.
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

// TestAddressesWithSecrets: wherever such a URL comes from, and whatever is wrong
// with it, what it has in it is shown by no command.
func TestAddressesWithSecrets(t *testing.T) {
	const host = "https://127.0.0.1:1"
	for _, row := range []struct {
		name, setting string   // "KEY VALUE", with ADDRESS for the URL, in the repository
		global        string   // the same, in the person's own configuration
		commands      []string // with ADDRESS for the URL
	}{
		{"given", "", "", []string{"login ADDRESS", "logout ADDRESS", "status ADDRESS", "token ADDRESS", "setup ADDRESS --client-id x --no-sign-in", "doctor ADDRESS", "install --host ADDRESS"}},
		{"one too many", "", "", []string{"login " + host + " ADDRESS"}},
		{"remote", "remote.origin.url ADDRESS", "", []string{"login", "logout", "token", "doctor", "doctor --json"}},
		{"instead of another", "url.ADDRESS.insteadOf " + host, "", []string{"doctor " + host, "doctor --json " + host}},
		{"for pushes", "url.ftp://ADDRESS.pushInsteadOf " + host, "", []string{"doctor " + host}},
		{"whom a setting is for", "credential.ADDRESS.oauthClientId x", "credential.ADDRESS.helper y", []string{"doctor " + host + "/p", "install --dry-run", "setup " + host + " --client-id x --no-sign-in"}},
		{"endpoint", "", "credential." + host + ".oauthAuthURL ADDRESS", []string{"token " + host, "doctor " + host}},
		{"revocation endpoint", "", "credential." + host + ".oauthRevokeURL ADDRESS", []string{"token " + host, "doctor " + host}},
		{"redirect address", "", "credential." + host + ".oauthRedirectURL ADDRESS", []string{"token " + host, "doctor " + host}},
		{"endpoint of a host that is set up", "", "credential." + host + ".oauthTokenURL ADDRESS", []string{"setup " + host, "token " + host}},
		{"proxy", "", "http.proxy ADDRESS", []string{"login " + host, "doctor " + host}},
	} {
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
				}
			})
		}
	}
}
