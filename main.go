// git-credential-doorkey is a Git credential helper. It answers git's question "who am I on
// this host?" with an OAuth access token. The token comes from its cache, or from a refresh
// if it has expired, or from a sign-in if there is none.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/command"
	"git-credential-doorkey/internal/doctor"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/forward"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/setup"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/internal/ui"
)

// Variables that a build can set with "-ldflags -X": the linker sets only package-level
// variables. The program never changes them.
var (
	releaseVersion   string // set for a release (internal/tool/release)
	builtInClientIDs string // a distributor's own IDs: "https://gitlab.com=ID,https://github.com=ID"
)

func main() {
	secret.KeepMemoryPrivate()
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes the command line and returns the exit code: 0, 1 for an error that it has
// written to stderr, 2 for invalid arguments, 130 after Ctrl-C.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	terminal.SilenceLibraries()
	here := environment.Detect(releaseVersion)
	user := &ui.UI{Stderr: stderr, Environment: here}
	tracing, err := trace.New(here.Variable("DOORKEY_TRACE"), stderr)
	if err != nil {
		user.ReportError(err) // doorkey answers anyway
	}
	h := &helper.Helper{
		Cache:  openCache(here, user),
		Config: settings.Reader{Git: new(gitconfig.Config), Environment: here, BuiltInClientIDs: builtInClientIDs},
		UI:     user, Trace: tracing,
	}
	return exitCode(user, dispatch(ctx, h, args, stdin, stdout))
}

// exitCode reports an error, and returns the program's exit code.
func exitCode(user *ui.UI, err error) int {
	if ended, is := errors.AsType[forward.ExitError](err); is {
		return int(ended)
	}
	switch {
	case err == nil:
		return 0
	case terminal.IsCanceled(err):
		return 130 // shells use it for a program that Ctrl-C ended; doorkey prints nothing, because the user pressed it
	case errors.Is(err, ui.ErrNoCommand):
		user.ShowUsage()
		return 2
	case errors.As(err, new(ui.UsageError)):
		user.ReportError(err)
		return 2
	case !errors.Is(err, ui.ErrReported):
		user.ReportError(err)
	}
	return 1
}

// dispatch runs what the arguments name: a verb that git sends, a verb of the refresh
// child, or a command for users. git writes the verb last, after the options in
// credential.helper.
func dispatch(ctx context.Context, h *helper.Helper, args []string, stdin io.Reader, stdout io.Writer) error {
	given, err := command.ParseGlobal(args)
	h.Flow, h.UI.Events = given.Flow, given.Events
	switch {
	case err != nil:
		return err
	case given.Help:
		fmt.Fprint(stdout, manual.Usage())
		return nil
	case given.Version:
		fmt.Fprintln(stdout, environment.ProgramName, h.Config.Environment.Version)
		return nil
	}
	switch given.Verb {
	case "get":
		return h.Get(ctx, stdin, stdout)
	case "store":
		return h.Store(ctx, stdin)
	case "erase":
		return h.Erase(ctx, stdin)
	case "capability":
		return credential.WriteCapabilities(stdout, "authtype", "state")
	case helper.StartVerb:
		return h.StartRefreshChild()
	case "ssh": // ssh's arguments follow
		if !slices.Equal(given.Rest, []string{"--help"}) {
			return forward.Run(ctx, h, given.Rest, stdout)
		}
	case helper.RefreshVerb:
		return h.RunRefreshChild(ctx, stdin, stdout)
	}
	described, known := manual.Find(given.Verb)
	switch {
	case known:
		return command.Run(ctx, h, described, commands()[described.Name], given.Rest, stdout)
	case len(given.Rest) > 0, terminal.IsTerminal(stdin), !isQuestion(stdin):
		return command.Unknown(given.Verb) // git would send a question
	}
	return nil // a verb of a later git: doorkey prints nothing, and it is not an error
}

// questionTime is how long doorkey waits for git's question. git writes it immediately.
const questionTime = 5 * time.Second

// isQuestion reports whether the input is what git writes to a helper.
func isQuestion(stdin io.Reader) bool {
	read := make(chan bool, 1)
	go func() {
		request, err := credential.Read(stdin)
		read <- err == nil && request.Protocol != ""
	}()
	select {
	case is := <-read:
		return is
	case <-time.After(questionTime): // the input stays open, but nothing arrives
		return false
	}
}

// commands returns the commands for users, by their names in the manual.
func commands() map[string]command.Func {
	return map[string]command.Func{
		"setup": setup.Run, "login": command.Login, "logout": command.Logout, "status": command.Status, "token": command.Token,
		"doctor": doctor.Run, "install": command.Install, "uninstall": command.Uninstall,
		"fleet-key": command.FleetKey, "ssh": command.Help, "completion": command.Completion, "help": command.Help,
	}
}

// openCache finds out where accounts are stored. It does not read or make anything yet. If
// there is a problem with that place, only the operations that use it return an error,
// because many commands do not use it.
func openCache(here environment.Environment, user *ui.UI) *cache.Cache {
	return &cache.Cache{
		Directory: cache.DefaultDirectory(here.Variable("DOORKEY_STATE_DIR")), KeyringPatience: settings.KeyringPatience(here), KeyringSlow: user.KeyringIsSlow,
	}
}
