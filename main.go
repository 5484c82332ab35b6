// git-credential-doorkey is a Git credential helper: it answers git's question
// "who am I at this host?" with an OAuth access token, from its cache, refreshed
// when it has expired, or by a sign-in when there is none.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/secret"
)

func main() {
	keepMemoryPrivate()
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run does what the arguments say and returns the exit code: 0, 1 for an error
// that it has written to stderr, 2 for arguments that it does not understand,
// 130 after Ctrl-C.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	where := here()
	d := &doorkey{in: stdin, out: stdout, person: &person{stderr: stderr, where: where}, where: where, config: new(gitconfig.Config), now: time.Now}
	var err error
	if d.trace, err = newTrace(d.where.variable("DOORKEY_TRACE"), stderr); err != nil {
		d.person.complain(err) // which is no reason not to answer
	}
	err = d.dispatch(ctx, args)
	switch {
	case err == nil:
		return 0
	case isInterrupt(err):
		return interrupted // whoever pressed Ctrl-C knows
	case errors.Is(err, errNoCommand):
		d.person.showUsage()
		return 2
	case errors.As(err, new(usageError)):
		d.person.complain(err)
		return 2
	case errors.Is(err, errSaid):
		return 1
	}
	d.person.complain(err)
	return 1
}

// interrupted is the exit code of a program that Ctrl-C ended, as shells have it.
const interrupted = 130

// doorkey is what every story needs.
type doorkey struct {
	in     io.Reader
	out    io.Writer // git reads it: nothing but the protocol's answer, or what a person asked for
	person *person
	cache  *cache.Cache
	config *gitconfig.Config
	where  surroundings
	trace  *slog.Logger
	flow   flow // --flow
	now    func() time.Time
}

// usageError is a command line that doorkey does not understand.
type usageError struct {
	problem string
	command string // whose help is the way out; "" where none is meant
}

func (e usageError) Error() string {
	return e.problem + "\nrun: " + strings.TrimSpace("git credential-doorkey help "+e.command)
}

// errNoCommand is a command line without a command: all of them are shown.
var errNoCommand = errors.New("no command")

// errSaid is a failure of which the person has been told all there is to say.
var errSaid = errors.New("said already")

// dispatch does what the arguments say. Whatever keeps it from answering "get",
// git is told to stop: it would go on to ask the person for a user name and a
// password, which a host with OAuth does not take.
func (d *doorkey) dispatch(ctx context.Context, args []string) error {
	err := d.runCommand(ctx, args)
	if err != nil && len(args) > 0 && args[len(args)-1] == "get" {
		credential.Response{Quit: true}.Write(d.out)
	}
	return err
}

// runCommand runs the story of a command. The verb stands last in what git
// writes, after the options of credential.helper.
func (d *doorkey) runCommand(ctx context.Context, args []string) error {
	options := flag.NewFlagSet(programName, flag.ContinueOnError)
	options.SetOutput(io.Discard)
	named := options.String("flow", "", "")
	events := options.String("events", "", "")
	version := options.Bool("version", false, "")
	switch err := options.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(d.out, manual.Usage())
		return nil
	case err != nil:
		return usageError{problem: flagProblem(err)}
	case *version:
		fmt.Fprintln(d.out, programName, programVersion())
		return nil
	}
	var err error
	if d.flow, err = parseFlow("--flow", *named); err != nil {
		return usageError{problem: err.Error()}
	}
	if d.person.events = *events == "json"; *events != "" && !d.person.events {
		return usageError{problem: fmt.Sprintf("--events is %q: it must be json", *events)}
	}
	if options.NArg() == 0 {
		return errNoCommand
	}
	d.cache = d.openCache()
	return d.perform(ctx, options.Arg(0), options.Args()[1:])
}

// perform runs git's verbs, and leaves the rest to the commands for people.
func (d *doorkey) perform(ctx context.Context, verb string, args []string) error {
	switch verb {
	case "get":
		return d.get(ctx)
	case "store":
		return d.store(ctx)
	case "erase":
		return d.erase(ctx)
	case "capability":
		return credential.WriteCapabilities(d.out, "authtype", "state")
	case exchangeVerb:
		return d.exchange(ctx)
	}
	command, known := manual.Find(verb)
	switch {
	case known:
		err := d.serve(ctx, command, args)
		if isInterrupt(err) {
			d.person.clearCountdown() // the shell waits for us, and shows its prompt then
		}
		if usage, isUsage := errors.AsType[usageError](err); isUsage && command.Name != "help" {
			return usageError{usage.problem, command.Name}
		}
		return err
	case isTerminal(d.in):
		return usageError{problem: fmt.Sprintf("%q is no command of doorkey's", secret.HideIn(verb))} // git would have a question
	}
	return nil // a verb of a later git: nothing to say to it, and no error
}

// openCache finds out where accounts are kept; nothing is read or made yet. What
// is wrong with that is an error for who uses it, as many commands do not.
func (d *doorkey) openCache() *cache.Cache {
	directory := cache.DefaultDirectory(d.where.variable("DOORKEY_STATE_DIR"))
	return &cache.Cache{
		Directory: directory, KeyringPatience: keyringPatience(d.where), KeyringSlow: d.person.keyringIsSlow,
		KeyMade: func(place cache.KeyPlace) {
			if place == cache.InFile {
				d.person.keyIsInFile(directory)
			}
		},
	}
}
