// Bench measures whole processes of doorkey, as git starts them, and compares them
// with an empty Go program and with other credential helpers. It prints tables for
// docs/speed.md.
//
//	go run ./internal/tool/bench
//
// Everything that is compared runs in the same minutes, in a new random order in
// each round, so that a busy machine slows all of it down equally. The ratios are
// meaningful, but the times depend on the machine. The output lists the helpers and
// tools that are not installed.
//
// All files are in a directory that is removed at the end, with a practice GitLab on
// 127.0.0.1, and a separate keyring and session bus. The benchmark does not use your
// git configuration or your keyring.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Print(usage)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

const usage = `usage: go run ./internal/tool/bench [options]

  -runs 200     rounds for single processes; a fifth of that for many at once
  -tables LIST  which tables, with commas: single, origins, paths, parallel, expired, counts
`

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	runs := flags.Int("runs", 200, "")
	chosen := flags.String("tables", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *runs < 5 {
		return errors.New("it takes no arguments, and at least 5 runs")
	}
	s, err := newStage(ctx)
	defer func() { err = errors.Join(err, s.clear()) }()
	if err != nil {
		return err
	}
	for _, table := range tables() {
		if *chosen != "" && !slices.Contains(strings.Split(*chosen, ","), table.name) {
			continue
		}
		if err := table.print(ctx, s, *runs, out); err != nil {
			return fmt.Errorf("table %q: %v", table.name, err)
		}
	}
	return nil
}

// table is one of the printed tables.
type table struct {
	name  string
	print func(ctx context.Context, s *stage, runs int, out io.Writer) error
}

func tables() []table {
	timed := func(title string, rows func(context.Context, *stage) ([]row, error), share int) func(context.Context, *stage, int, io.Writer) error {
		return func(ctx context.Context, s *stage, runs int, out io.Writer) error {
			all, err := rows(ctx, s)
			if err != nil {
				return err
			}
			series, err := interleave(ctx, all, max(runs/share, 1))
			if err != nil {
				return err
			}
			return report(out, title, all, series)
		}
	}
	return []table{
		{"single", timed("One process", singleRows, 1)},
		{"origins", timed("A hot get among many accounts", originRows, 1)},
		{"paths", timed("A password for one path among many at one host", pathRows, 1)},
		{"parallel", timed("Many processes at once", parallelRows, 5)},
		{"expired", timed("64 processes with one expired token", expiredRows, 5)},
		{"counts", printCounts},
	}
}
