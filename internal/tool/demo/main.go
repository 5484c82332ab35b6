// Demo shows doorkey's main job: one sign-in in the browser, then clone, push
// and fetch without the user, with a silent refresh when the token has expired.
//
//	go run ./internal/tool/demo
//
// It needs git and Go, and runs real git and real doorkey against a practice
// GitLab on this computer. It checks everything that it prints: if anything is
// different, it ends with exit code 1 and the reason.
//
// A program gives the consent that a user gives in the browser. With
// -browser=own, you give it yourself.
//
// All files that it writes are in one temporary directory, which is removed at the
// end and after Ctrl-C (except for Go's build cache). It does not use your git
// configuration or your keyring.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"git-credential-doorkey/internal/test/practice"
)

func main() {
	// Without SIGPIPE here, "demo | head" would kill the demo before it has removed its
	// directory.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run does what the arguments say and returns the exit code: 0 if everything was as
// promised, or 1 with the reason on stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := choose(ctx, args, stdout, stderr)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintf(stderr, "demo: %v\n", err)
	return 1
}

const usage = `usage: go run ./internal/tool/demo [-browser=automatic|own]

  -browser=automatic  a program presses "Authorize" (default)
  -browser=own        you do, in your own browser; it will warn of the practice
                      server's certificate, which nobody but this demo knows
`

// choose runs the demo, or acts as the browser in it.
func choose(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 2 && args[0] == practice.ConsentVerb {
		return practice.Consent(ctx, args[1])
	}
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	browser := flags.String("browser", "automatic", "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return err
	case err != nil:
		return fmt.Errorf("%v\n%s", err, usage)
	case flags.NArg() > 0 || (*browser != "automatic" && *browser != "own"):
		return fmt.Errorf("%q is not understood\n%s", args, usage)
	case *browser == "own" && !hasBrowser():
		return errors.New("no browser can open here (no desktop, and BROWSER is not set): leave -browser=own out")
	}
	return play(ctx, *browser == "own", stdout, stderr)
}

// play makes the test environment, runs the demo in it, and removes everything.
func play(ctx context.Context, ownBrowser bool, stdout, stderr io.Writer) error {
	began := time.Now()
	shown := page{out: stdout, styled: isStyled(stdout)}
	shown.title("doorkey: sign in once, then git works by itself") // immediately, because the next steps take a while
	setting, err := newStage(ownBrowser)
	if err != nil {
		return err
	}
	told := &story{stage: setting, page: shown, stderr: stderr}
	told.tell(ctx)
	switch failure := setting.clear(); {
	case failure != nil:
		return fmt.Errorf("%q could not be cleared away: %v", setting.directory, failure)
	case ctx.Err() != nil:
		return errors.New("stopped; nothing is left behind")
	case told.err != nil:
		return told.err
	}
	told.end(time.Since(began))
	if !ownBrowser && hasBrowser() && isPersonHere() {
		told.plain(`To press "Authorize" yourself: go run ./internal/tool/demo -browser=own`)
	}
	return nil
}
