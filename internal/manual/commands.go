package manual

import "slices"

// Common are the options that stand before any command.
func Common() []Option {
	return []Option{
		flowOption(),
		{Name: "events", Value: "FORM", Values: []string{"json"}, Summary: "print messages on stderr as JSON, one object per line"},
		{Name: "version", Summary: "print the version (also -v, -V or version)"},
	}
}

func flowOption() Option {
	return Option{Name: "flow", Value: "FLOW", Values: []string{"auto", "browser", "device", "paste"}, Summary: "how to sign in: auto, browser, device or paste"}
}

func labelOption() Option {
	return Option{Name: "username", Value: "LABEL", Summary: "use the account with this label, not the default one"}
}

func jsonOption() Option { return Option{Name: "json", Summary: "print JSON"} }

// Commands are all commands, in the order in which help shows them.
func Commands() []Command {
	return append(forPeople(), forGit()...)
}

// aboutURL explains the URL of every command that has one.
const aboutURL = "URL is the host or any address on it; you can leave out \"https://\". Without a URL, the command uses the https remote of the repository in the current directory."

// aboutLabel explains the account of every command that has one.
const aboutLabel = "Without --username, the command uses the account that git would use: the user name in the URL, else credential.username, else the default account."

func forPeople() []Command {
	return slices.Concat([]Command{setupCommand()}, accountCommands(), machineCommands())
}

func setupCommand() Command {
	return Command{
		Name: "setup", Arguments: "[URL]", Summary: "set up a host: register doorkey, sign in, configure git",
		About: []string{
			"setup finds out what the host is, explains how to register an OAuth application there, and asks for the application ID. It writes git's configuration only after a sign-in with that ID has worked.",
			"If there is no terminal, pass the application ID with --client-id. If the application has a secret, setup asks for it or reads it from DOORKEY_CLIENT_SECRET, and stores it unencrypted in git's configuration.",
			"With --fleet, this machine joins a fleet. If the fleet has a sign-in, setup asks nothing. If it has none, the sign-in of this setup becomes the fleet's.",
		},
		Shared: []string{aboutURL},
		Options: []Option{
			{Name: "client-id", Value: "ID", Summary: "the application ID, which is not a secret"},
			{Name: "provider", Value: "NAME", Values: []string{"gitlab", "github", "gitea", "forgejo", "bitbucket", "bitbucket-data-center"}, Summary: "the kind of server, if doorkey cannot find it out"},
			{Name: "scopes", Value: "SCOPES", Summary: "the scopes to request, separated by commas or spaces"},
			{Name: "fleet", Value: "ADDRESS", Summary: "share the sign-in with the machines of this fleet"},
			{Name: "fleet-key", Value: "FILE", Summary: "the file with the fleet's keys"},
			{Name: "fleet-token-file", Value: "FILE", Summary: "the file with the token for the fleet's engine"},
			{Name: "no-sign-in", Summary: "do not sign in; the server still has to know the ID"},
			{Name: "force", Summary: "with --no-sign-in: replace an ID, or store a rejected one"},
			{Name: "global", Summary: "change your own configuration (default)"},
			{Name: "system", Summary: "change the configuration for all users of the machine"},
			flowOption(),
		},
	}
}

func accountCommands() []Command {
	return []Command{
		{
			Name: "login", Arguments: "[URL]", Summary: "sign in now, even if a git command would not ask",
			About:   []string{"An existing grant stays until the new one is stored. Then doorkey revokes it at the server (GitLab only)."},
			Shared:  []string{aboutURL, aboutLabel},
			Options: []Option{flowOption(), labelOption()},
		},
		{
			Name: "logout", Arguments: "[URL]", Summary: "revoke the grant at the server and delete it here",
			About: []string{
				"It also deletes a password that is stored for the host. If the server cannot be reached or cannot revoke tokens, logout deletes the account anyway, says so, and exits with code 1.",
			},
			Shared:  []string{aboutURL, aboutLabel},
			Options: []Option{labelOption(), {Name: "all", Summary: "all accounts of the host; without a URL, of all hosts"}, {Name: "fleet", Summary: "revoke the sign-in that all machines of the fleet share"}},
		},
		{
			Name: "status", Arguments: "[URL]", Summary: "list hosts and accounts, without secrets",
			About:   []string{"Without a URL, status lists all hosts. It shows labels, scopes, where the key is, when you signed in, when the token expires, and open sessions of ssh. It decrypts nothing and contacts no server. The exit code is 1 if an account file cannot be read."},
			Options: []Option{jsonOption()},
		},
		{
			Name: "token", Arguments: "[URL]", Summary: "print a valid access token, for scripts",
			About: []string{
				"The token is the one that git would get: if necessary, doorkey refreshes it or signs in. If there is no token, doorkey prints nothing. It never prints a password. Anyone who has the token can use it as you can: keep it out of logs and command lines.",
			},
			Shared:  []string{aboutURL, aboutLabel},
			Options: []Option{labelOption()},
		},
	}
}

// machineCommands are about git's configuration and about doorkey itself.
func machineCommands() []Command {
	return []Command{
		{
			Name: "doctor", Arguments: "[URL]", Summary: "check everything that a sign-in depends on",
			About: []string{
				"Each check has a verdict (ok, note, warning or problem) and says what to do. doctor changes nothing, does not ask you to sign in, opens no password dialog and shows no token. It takes ten seconds at most. The exit code is 1 if there is a problem.",
				"If there is neither a URL nor a remote, doctor runs only the checks that need no host.",
			},
			Shared:  []string{aboutURL},
			Options: []Option{jsonOption()},
		},
		{
			Name: "install", Summary: "make git use doorkey, and no other helper",
			About: []string{"install adds a few lines to git's configuration and shows them. If the lines are already there, nothing changes.",
				"For your own configuration, install also writes this page and the completions for bash, zsh and fish to XDG_DATA_HOME (~/.local/share), unless a package has installed them."},
			Options: scopeOptions(),
		},
		{
			Name: "uninstall", Summary: "remove what install added",
			About:   []string{"These are the lines that install wrote with the same options, and nothing else. uninstall also removes the page and the completions that install wrote, unless you have changed them."},
			Options: scopeOptions(),
		},
		{
			Name: "ssh", Arguments: "DESTINATION", Summary: "run ssh, and let git over there use doorkey here",
			About: []string{
				"The arguments are those of ssh: its options, the destination, a command. In that session, git on the other machine asks doorkey on this machine, which reads its cache, refreshes the token, or signs in with the browser here. The other machine needs only git and curl: nothing is installed, configured or stored there.",
				"doorkey gives out only access tokens of hosts that you are signed in to here. Root on the other machine can ask for them as long as the session lasts, as with ssh-agent.",
				"For sessions that ssh or an editor starts by itself, --print-config prints lines for ~/.ssh/config on this machine and commands for the other one.",
			},
			Options: []Option{
				{Name: "host", Value: "URL", Summary: "also give out tokens for this host"},
				{Name: "confirm", Summary: "ask here (SSH_ASKPASS) before the first answer for a host"},
				{Name: "print-config", Summary: "print the configuration for sessions that others start"},
			},
		},
		{
			Name: "fleet-key", Summary: "print a new key for a fleet of machines",
			About: []string{
				"The key is a random line, in base64, for the file that credential.<url>.oauthFleetKey names. Give it to every machine of the fleet: it encrypts the sign-in that they share. Anyone who has the key and can read the engine has the sign-in.",
			},
		},
		{
			Name: "completion", Arguments: "SHELL", Summary: "print the completion script for bash, zsh or fish",
			About: []string{"With this script, the shell completes the commands and options of doorkey. In bash, load it with: source <(git credential-doorkey completion bash). You do not need this command if a package or install has written the script to a directory that the shell searches."},
		},
		{
			Name: "help", Arguments: "[COMMAND]", Summary: "explain a command",
		},
	}
}

func scopeOptions() []Option {
	return []Option{
		{Name: "global", Summary: "change your own configuration (default)"},
		{Name: "system", Summary: "change the configuration for all users of the machine"},
		{Name: "local", Summary: "change the configuration of the current repository"},
		{Name: "host", Value: "URL", Summary: "for this host only"},
		{Name: "dry-run", Summary: "only show what would change"},
	}
}

func forGit() []Command {
	return []Command{
		{Name: "get", Protocol: true, Summary: "print a user name and an access token or password"},
		{Name: "store", Protocol: true, Summary: "store a password that worked"},
		{Name: "erase", Protocol: true, Summary: "delete what the server rejected"},
		{Name: "capability", Protocol: true, Summary: "list the parts of git's protocol that doorkey uses"},
	}
}
