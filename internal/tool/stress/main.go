// Stress runs many processes of doorkey at once, as git runs them, against a
// practice GitLab whose tokens live for seconds. It kills some of them at a
// random moment, and checks what has to be true anyway: the user does not sign in a
// second time, no other process fails, there is one refresh at a time, no refresh
// token is sent twice, no token is returned after it was replaced, and the accounts
// are complete at the end.
//
//	go run ./internal/tool/stress
//
// It ends with exit code 1 and the reasons if anything is different. Its traffic
// stays on the loopback interface, and its files are removed at the end.
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
	// A process that is killed before it has read its input causes SIGPIPE, and so does a
	// reader of the report that has ended. Neither ends this program.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run does what the arguments say and returns the exit code: 0 if all expectations were
// met, or 1 with the reasons on stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := choose(ctx, args, stdout)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintf(stderr, "stress: %v\n", err)
	return 1
}

// options say how difficult the conditions for doorkey are.
type options struct {
	processes   int           // loops that run at once, each with one process of doorkey at a time
	time        time.Duration // after that, no loop starts a new command
	rounds      int           // after that many, a loop ends; 0: only after time
	kill        int           // percentage of the processes
	killRefresh int           // percentage of the children that refresh
	lifetime    time.Duration // of an access token
	revoke      int           // after so many answers, the server revokes the access token; 0: never
	latency     time.Duration // how long an answer to a refresh takes
	seed        uint64
	state       string // where the accounts are stored; "" means with everything else
	full        bool
}

const usage = `usage: go run ./internal/tool/stress [options]

  -processes 64     git commands at once
  -seconds 60       how long they go on
  -rounds 0         end after so many commands each instead (0: no)
  -kill 5           per cent of the processes that are killed (SIGKILL)
  -kill-refresh 0   per cent of the children that refresh that are killed; a kill
                    between the server's answer and the disk costs a sign-in,
                    which is counted (Linux)
  -lifetime 2s      of an access token, in whole seconds
  -revoke 500       the server ends the token early after so many answers (0: no)
  -latency 0s       how long an answer to a refresh is on its way
  -seed 0           of what is random (0: a new one); other timing, other results
  -state DIR        keep the accounts in a directory made there: on a slow file
                    system, say, or one that is
  -full             filled up again and again (needs -state on a small one)
`

// choose runs the stress, or acts as the browser in it.
func choose(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) == 2 && args[0] == practice.ConsentVerb {
		return practice.Consent(ctx, args[1])
	}
	chosen, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
	}
	if err != nil {
		return err
	}
	return play(ctx, chosen, stdout)
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("stress", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&o.processes, "processes", 64, "")
	seconds := flags.Int("seconds", 60, "")
	flags.IntVar(&o.rounds, "rounds", 0, "")
	flags.IntVar(&o.kill, "kill", 5, "")
	flags.IntVar(&o.killRefresh, "kill-refresh", 0, "")
	flags.DurationVar(&o.lifetime, "lifetime", 2*time.Second, "")
	flags.IntVar(&o.revoke, "revoke", 500, "")
	flags.DurationVar(&o.latency, "latency", 0, "")
	flags.Uint64Var(&o.seed, "seed", 0, "")
	flags.StringVar(&o.state, "state", "", "")
	flags.BoolVar(&o.full, "full", false, "")
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("%q is not understood", flags.Args())
	}
	o.time = time.Duration(*seconds) * time.Second
	if err == nil {
		err = o.check()
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		err = fmt.Errorf("%v\n%s", err, usage)
	}
	return o, err
}

// check rejects options with which the result would mean nothing.
func (o options) check() error {
	switch {
	case o.processes < 1 || o.processes > 512:
		return fmt.Errorf("-processes is %d: it must be 1 to 512", o.processes)
	case o.time < time.Second || o.time > time.Hour:
		return fmt.Errorf("-seconds is %d: it must be 1 to 3600", int(o.time.Seconds()))
	case o.rounds < 0 || o.revoke < 0 || o.latency < 0:
		return errors.New("-rounds, -revoke and -latency must not be negative")
	case o.kill < 0 || o.kill > 100 || o.killRefresh < 0 || o.killRefresh > 100:
		return errors.New("-kill and -kill-refresh are per cent: 0 to 100")
	case o.lifetime < time.Second || o.lifetime%time.Second != 0:
		return fmt.Errorf("-lifetime is %v: OAuth counts whole seconds", o.lifetime)
	case o.full && o.state == "":
		return errors.New("-full fills a file system: name a small one of its own with -state")
	case o.killRefresh > 0 && !showsProcesses():
		return errors.New("-kill-refresh finds the children in /proc, which is not here")
	}
	return nil
}
