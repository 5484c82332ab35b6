package manual

// Entry is a name that users meet, and its meaning: a setting, a
// variable, a file, an exit code.
type Entry struct {
	Name    string
	Meaning string
}

// Settings are the keys below "credential." in git's configuration that doorkey
// reads, in their usual spelling.
func Settings() []Entry {
	return []Entry{
		{"oauthClientId", "The application ID (OAuth calls it client ID). Without it doorkey does not sign in."},
		{"oauthClientSecret", "The secret of a confidential application."},
		{"oauthScopes", "The scopes to request, separated by spaces or commas."},
		{"oauthAuthURL", "The authorization endpoint. This one and the next three can be relative to the host."},
		{"oauthTokenURL", "The token endpoint."},
		{"oauthDeviceAuthURL", "The device authorization endpoint."},
		{"oauthRevokeURL", "The revocation endpoint."},
		{"oauthRedirectURL", "Where the server sends the browser back to: http://127.0.0.1 with any path, or http://localhost with its port."},
		{"oauthProvider", "The kind of server: gitlab, github, gitea, forgejo, bitbucket or bitbucket-data-center."},
		{"oauthFlow", "How to sign in: auto, browser, device or paste."},
		{"oauthStore", "Where doorkey stores the key that encrypts the tokens: auto, keyring or file."},
		{"oauthFleet", "The record in which many machines share a sign-in: kubernetes:NAMESPACE/SECRET, vault+https://HOST/MOUNT/PATH or etcd+https://HOST:PORT/PREFIX. Set it for one host only."},
		{"oauthFleetKey", "The file with the fleet's keys, one per line: the first encrypts, and all decrypt."},
		{"oauthFleetTokenFile", "The file with the token for Kubernetes or Vault. Default: the token of the pod, or VAULT_TOKEN."},
		{"oauthTimeout", "The time limit of a sign-in: 300 (seconds) or 5m."},
		{"oauthCopyCode", "false: login in a terminal does not copy a device code to the clipboard."},
		{"interactive", "false or never: do not ask."},
	}
}

// Variables are the environment variables that doorkey reads. Those of git's network
// settings are in git's manual.
func Variables() []Entry {
	return []Entry{
		{"DOORKEY_STATE_DIR", "The state directory, as an absolute path."},
		{"DOORKEY_FLOW", "Overrides credential.oauthFlow. The option --flow overrides both."},
		{"DOORKEY_INTERACTIVE", "0: do not ask."},
		{"DOORKEY_CLIENT_SECRET", "The secret of a confidential application, for setup."},
		{"DOORKEY_FLEET_KEY", "The fleet's keys. Overrides DOORKEY_FLEET_KEY_FILE, which overrides credential.oauthFleetKey."},
		{"DOORKEY_FLEET_KEY_FILE", "The file with the fleet's keys."},
		{"DOORKEY_FLEET_TOKEN", "The token for the fleet's engine. Overrides credential.oauthFleetTokenFile."},
		{"DOORKEY_FORWARD", "Set by git credential-doorkey ssh on the other machine: the directory through which git there asks this machine."},
		{"DOORKEY_TRACE", "1: write each decision to stderr. An absolute path: write it to that file. doorkey writes no secret there."},
		{"GIT_TERMINAL_PROMPT", "0: do not ask in the terminal, unless a flow is set."},
		{"BROWSER", "Programs that open an address, separated by \":\" (on Windows \";\"). \"%s\" stands for the address. Put quotes around a path with spaces."},
		{"XDG_STATE_HOME", "The parent of the state directory."},
	}
}

// ExitCodes are the exit codes of doorkey.
func ExitCodes() []Entry {
	return []Entry{
		{"0", "Success. get: also if doorkey does not know the host and prints nothing. logout: also if nothing is stored for the host."},
		{"1", "An error, with a message on stderr. doctor: there is a problem. logout: deleted here, but not revoked at the server. status: an account file cannot be read."},
		{"2", "Wrong arguments, or none."},
		{"130", "Ctrl-C or another signal ended a sign-in."},
	}
}

// Files are the files of doorkey, in the state directory.
func Files() []Entry {
	return []Entry{
		{"~/.local/state/git-credential-doorkey/", "The state directory on Linux (XDG base directory specification). Only its owner can read it."},
		{"HOST.json", "The accounts of a host. Tokens are encrypted; label, application ID, endpoints, scopes and times are not."},
		{"HOST.lock, HOST.turn-lock, HOST.sign-in-lock", "The locks of a host, for changes, refreshes and sign-ins. They are empty and never deleted."},
		{"ssh/", "Open sessions of git credential-doorkey ssh, and what ssh --print-config set up."},
		{"file-ID.key", "The key that encrypts the tokens, if there is no keyring."},
	}
}
