package manual

// Entry is a word that a person can meet and what it means: a setting, a
// variable, a file, an exit code.
type Entry struct {
	Name    string
	Meaning string
}

// Settings are the keys below "credential." in git's configuration that doorkey
// reads, as people write them.
func Settings() []Entry {
	return []Entry{
		{"oauthClientId", "The application ID (OAuth calls it the client ID). Without it doorkey does not sign in."},
		{"oauthClientSecret", "The secret of a confidential application."},
		{"oauthScopes", "The scopes to ask for, with spaces or commas between."},
		{"oauthAuthURL", "The authorization endpoint. This one and the next three may be relative to the host."},
		{"oauthTokenURL", "The token endpoint."},
		{"oauthDeviceAuthURL", "The device authorization endpoint."},
		{"oauthRevokeURL", "The revocation endpoint."},
		{"oauthRedirectURL", "Where the browser is sent back to: http://127.0.0.1 with any path, or http://localhost with its port."},
		{"oauthProvider", "What the host is: gitlab, github, gitea, forgejo, bitbucket or bitbucket-data-center."},
		{"oauthFlow", "How to sign in: auto, browser, device or paste."},
		{"oauthStore", "Where the key that seals the tokens is kept: auto, keyring or file."},
		{"oauthFleet", "Where many machines share the sign-in: kubernetes:NAMESPACE/SECRET, vault+https://HOST/MOUNT/PATH or etcd+https://HOST:PORT/PREFIX. For one host only."},
		{"oauthFleetKey", "The file of the fleet's keys, one a line: the first encrypts, all decrypt."},
		{"oauthFleetTokenFile", "The file of the token for Kubernetes or Vault. Without it: the token of the pod, or VAULT_TOKEN."},
		{"oauthTimeout", "The time for a sign-in: 300 (seconds), 5m."},
		{"interactive", "false or never: do not ask."},
	}
}

// Variables are the environment variables that doorkey obeys. Those of git's
// network settings are git's, and so in git's manual.
func Variables() []Entry {
	return []Entry{
		{"DOORKEY_STATE_DIR", "The state directory, an absolute path."},
		{"DOORKEY_FLOW", "As credential.oauthFlow, and goes before it. The option --flow goes before both."},
		{"DOORKEY_INTERACTIVE", "0: do not ask."},
		{"DOORKEY_CLIENT_SECRET", "The secret of a confidential application, for setup."},
		{"DOORKEY_FLEET_KEY", "The fleet's keys themselves. Overrides DOORKEY_FLEET_KEY_FILE, which overrides credential.oauthFleetKey."},
		{"DOORKEY_FLEET_KEY_FILE", "The file of the fleet's keys."},
		{"DOORKEY_FLEET_TOKEN", "The token for the fleet's engine. Overrides credential.oauthFleetTokenFile."},
		{"DOORKEY_FORWARD", "Set by git credential-doorkey ssh on the other machine: the directory by which git there asks this one."},
		{"DOORKEY_TRACE", "1: write each decision to stderr; an absolute path: to that file. No secret is written."},
		{"GIT_TERMINAL_PROMPT", "0: do not ask in the terminal, unless a flow is named."},
		{"BROWSER", "Programs to open an address with, \":\" between them (\";\" on Windows), \"%s\" where the address goes, quotes around what has spaces."},
		{"XDG_STATE_HOME", "The directory above the state directory."},
	}
}

// ExitCodes are the codes that doorkey ends with.
func ExitCodes() []Entry {
	return []Entry{
		{"0", "Done; for get also: this host is not known, with no output; for logout: nothing is kept for this host."},
		{"1", "An error, which stands on stderr; for doctor: there is a problem; for logout: forgotten, but not ended at the server; for status: a file of accounts cannot be read."},
		{"2", "Arguments that doorkey does not understand, or none."},
		{"130", "Ended by Ctrl-C or another signal during a sign-in."},
	}
}

// Files are those that doorkey keeps, below the state directory.
func Files() []Entry {
	return []Entry{
		{"~/.local/state/git-credential-doorkey/", "The state directory on Linux (XDG base directory specification), for its owner alone."},
		{"HOST.json", "The accounts of a host: label, application ID, endpoints, scopes and times lie open, tokens are sealed."},
		{"HOST.lock, HOST.turn-lock, HOST.sign-in-lock", "The locks of a host: for changes, for refreshes, for sign-ins. They have no content and stay."},
		{"ssh/", "Open sessions of git credential-doorkey ssh, and what ssh --print-config set up."},
		{"file-ID.key", "The key that seals the tokens, where there is no keyring."},
	}
}
