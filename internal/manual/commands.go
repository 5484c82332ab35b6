package manual

import "slices"

// Common are the options that stand before any command.
func Common() []Option {
	return []Option{
		flowOption(),
		{Name: "events", Value: "FORM", Values: []string{"json"}, Summary: "say everything on stderr as JSON, one object a line"},
		{Name: "version", Summary: "print the version (also -v, -V or version)"},
	}
}

func flowOption() Option {
	return Option{Name: "flow", Value: "FLOW", Values: []string{"auto", "browser", "device", "paste"}, Summary: "how to sign in: auto, browser, device or paste"}
}

func labelOption() Option {
	return Option{Name: "username", Value: "LABEL", Summary: "the account with this label instead of the default one"}
}

func jsonOption() Option { return Option{Name: "json", Summary: "print JSON"} }

// Commands are all commands, in the order in which help shows them.
func Commands() []Command {
	return append(forPeople(), forGit()...)
}

// theURL is how every command with a URL finds one that is not given.
const theURL = "The URL is that of the host or of anything on it; \"https://\" may be left out. Without one, the https remote of the repository that you are in is taken."

// theLabel is how every command with a label finds one that is not given.
const theLabel = "Without --username, the account is the one that git would ask for: the user name in the URL, else credential.username, else the default account."

func forPeople() []Command {
	return slices.Concat([]Command{setupCommand()}, accountCommands(), machineCommands())
}

func setupCommand() Command {
	return Command{
		Name: "setup", Arguments: "[URL]", Summary: "set a host up: register doorkey, sign in, configure git",
		About: []string{
			"Finds out what the host is, says what to do on its page for OAuth applications, asks for the application ID, tries it with a sign-in and writes git's configuration.",
			theURL,
			"Without a terminal, give the application ID with --client-id. The secret of a confidential application is asked for, or taken from DOORKEY_CLIENT_SECRET; it is kept in git's configuration, in clear.",
			"With --fleet, a machine joins a fleet that has a sign-in: nobody is asked for anything. If the fleet has none yet, the sign-in of this setup is the fleet's.",
		},
		Options: []Option{
			{Name: "client-id", Value: "ID", Summary: "the application ID, which is no secret"},
			{Name: "provider", Value: "NAME", Values: []string{"gitlab", "github", "gitea", "forgejo", "bitbucket", "bitbucket-data-center"}, Summary: "what the host is, if it does not say so itself"},
			{Name: "scopes", Value: "SCOPES", Summary: "the scopes to ask for, with commas or spaces between"},
			{Name: "fleet", Value: "ADDRESS", Summary: "share the sign-in with other machines"},
			{Name: "fleet-key", Value: "FILE", Summary: "the file of the fleet's keys"},
			{Name: "fleet-token-file", Value: "FILE", Summary: "the file of the token for the fleet's engine"},
			{Name: "no-sign-in", Summary: "write the configuration without a sign-in; the ID is tried"},
			{Name: "force", Summary: "replace another ID without a sign-in, or store a bad one"},
			{Name: "global", Summary: "write your own configuration (this is the default)"},
			{Name: "system", Summary: "write the configuration of everybody on the machine"},
			flowOption(),
		},
	}
}

func accountCommands() []Command {
	return []Command{
		{
			Name: "login", Arguments: "[URL]", Summary: "sign in now, also where doorkey would not ask",
			About: []string{
				"Signs in and keeps the new grant. One that there was stays until then, and is ended at the server (GitLab) after that.",
				theURL, theLabel,
			},
			Options: []Option{flowOption(), labelOption()},
		},
		{
			Name: "logout", Arguments: "[URL]", Summary: "end the grant at the server, and forget it here",
			About: []string{
				"Revokes both tokens at the server and forgets the account. Where the server cannot be reached or has no way to do that, the account is forgotten all the same; doorkey says so, and its exit code is 1. A password that was kept for the host is forgotten, too.",
				theURL, theLabel,
			},
			Options: []Option{labelOption(), {Name: "all", Summary: "every account of that host; without a URL, of all hosts"}, {Name: "fleet", Summary: "end the sign-in that all machines of the fleet share"}},
		},
		{
			Name: "status", Arguments: "[URL]", Summary: "list hosts and accounts, without any secret",
			About:   []string{"Lists what is kept, for all hosts or for one: labels, scopes, where the key is, since when and until when. Nothing is unsealed and no server is asked. The exit code is 1 if a file of accounts cannot be read."},
			Options: []Option{jsonOption()},
		},
		{
			Name: "token", Arguments: "[URL]", Summary: "print an access token that is good now, for scripts",
			About: []string{
				"Prints the access token that git would get, refreshed or obtained by a sign-in as for git, and nothing where there is none. A password is not printed. Whoever reads the token can do with it what you can: keep it out of logs and command lines.",
				theURL, theLabel,
			},
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
				"Gives a verdict on each point, ok, note, warning or problem, and says what to do. Nothing is changed, nobody is asked to sign in, no password dialog is opened, and no token is shown. It takes ten seconds at most. The exit code is 1 if there is a problem.",
				theURL + " Where there is none, only what needs no host is checked.",
			},
			Options: []Option{jsonOption()},
		},
		{
			Name: "install", Summary: "make git ask doorkey, and no other helper",
			About: []string{"Adds a few lines to git's configuration, and shows them. Where that is so already, nothing is changed.",
				"For your own configuration it also writes this page and the completions of bash, zsh and fish below XDG_DATA_HOME (~/.local/share), unless a package has brought them."},
			Options: scopeOptions(),
		},
		{
			Name: "uninstall", Summary: "take exactly that out again",
			About:   []string{"Takes out the lines that install wrote with the same options, and nothing else. Its page and completions go, too, unless they were changed."},
			Options: scopeOptions(),
		},
		{
			Name: "ssh", Arguments: "DESTINATION", Summary: "run ssh, and let git over there ask this machine",
			About: []string{
				"Runs ssh with the same arguments: ssh's options, the destination, a command. In that session git on the other machine asks the doorkey here: from its cache, with a refresh, or with a sign-in in the browser here. Over there git and curl are enough: nothing is installed, configured or stored.",
				"Only access tokens of hosts that you are signed in to here are given out. Anyone who is root over there can ask for them as long as the session lives, as with ssh-agent.",
			},
			Options: []Option{{Name: "host", Value: "URL", Summary: "let this host be asked for, too"}},
		},
		{
			Name: "fleet-key", Summary: "print a new key for a fleet of machines",
			About: []string{
				"Prints a random key, in base64, as a line for the file that credential.<url>.oauthFleetKey names. Give it to every machine of the fleet: it encrypts the sign-in that they share. Anyone who has the key and can read the engine has the sign-in.",
			},
		},
		{
			Name: "completion", Arguments: "SHELL", Summary: "print the completion script for bash, zsh or fish",
			About: []string{"Prints what that shell reads to complete doorkey's commands and options. In bash: source <(git credential-doorkey completion bash). Packages and install put it where the shells find it by themselves."},
		},
		{
			Name: "help", Arguments: "[COMMAND]", Summary: "explain a command",
		},
	}
}

func scopeOptions() []Option {
	return []Option{
		{Name: "global", Summary: "in your own configuration (this is the default)"},
		{Name: "system", Summary: "in the configuration of everybody on the machine"},
		{Name: "local", Summary: "in the configuration of the repository that you are in"},
		{Name: "host", Value: "URL", Summary: "for one host alone"},
		{Name: "dry-run", Summary: "only show what would be changed"},
	}
}

func forGit() []Command {
	return []Command{
		{Name: "get", Protocol: true, Summary: "answer with a user name and an access token or password"},
		{Name: "store", Protocol: true, Summary: "keep a password that worked"},
		{Name: "erase", Protocol: true, Summary: "forget what the server refused"},
		{Name: "capability", Protocol: true, Summary: "say which parts of git's protocol doorkey makes use of"},
	}
}
