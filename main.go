// git-credential-doorkey is a Git credential helper: it answers git's question
// "who am I at this host?" with an OAuth access token, from its cache, refreshed
// when it has expired, or by a sign-in when there is none.
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
	releaseVersion   string // of a release (internal/tool/release)
	builtInClientIDs string // a distributor's own: "https://gitlab.com=ID,https://github.com=ID"
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
		user.ReportError(err) // which is no reason not to answer
	}
	h := &helper.Helper{
		Cache:  openCache(here, user),
		Config: settings.Reader{Git: new(gitconfig.Config), Environment: here, BuiltInClientIDs: builtInClientIDs},
		UI:     user, Trace: tracing,
	}
	return exitCode(user, dispatch(ctx, h, args, stdin, stdout))
}

// exitCode reports an error, and returns what the program exits with.
func exitCode(user *ui.UI, err error) int {
	if ended, is := errors.AsType[forward.ExitError](err); is {
		return int(ended)
	}
	switch {
	case err == nil:
		return 0
	case terminal.IsCanceled(err):
		return 130 // as shells have it for a program that Ctrl-C ended; whoever pressed it knows
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

// dispatch runs what the arguments name: a verb of git's, a verb of the refresh
// child, or a command for people. The verb stands last in what git writes, after
// the options of credential.helper.
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
	case "ssh": // what follows is ssh's to read
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
		return command.Unknown(given.Verb) // git would have a question
	}
	return nil // a verb of a later git: nothing to say to it, and no error
}

// questionTime is how long doorkey waits for git's question. git writes it immediately.
const questionTime = 5 * time.Second

// isQuestion reports whether there is what git writes to a helper.
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

// commands are those that people run, by their names in the manual.
func commands() map[string]command.Func {
	return map[string]command.Func{
		"setup": setup.Run, "login": command.Login, "logout": command.Logout, "status": command.Status, "token": command.Token,
		"doctor": doctor.Run, "install": command.Install, "uninstall": command.Uninstall,
		"fleet-key": command.FleetKey, "ssh": command.Help, "completion": command.Completion, "help": command.Help,
	}
}

// openCache finds out where accounts are stored; nothing is read or made yet. What
// is wrong with that is an error for those who use it, as many commands do not.
func openCache(here environment.Environment, user *ui.UI) *cache.Cache {
	return &cache.Cache{
		Directory: cache.DefaultDirectory(here.Variable("DOORKEY_STATE_DIR")), KeyringPatience: settings.KeyringPatience(here), KeyringSlow: user.KeyringIsSlow,
	}
}
