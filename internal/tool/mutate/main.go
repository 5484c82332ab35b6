// Mutate shows that the tests named in SECURITY.md detect what they claim to detect:
// it removes each guard from the source in turn, and expects the guard's test to fail.
// Nothing in the working tree is changed: the compiler gets a changed copy of one
// file in its place (go help build, -overlay).
//
//	go run ./internal/tool/mutate [-run PATTERN]
//
// It takes some minutes, and is not part of "go test".
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"time"
)

// Limits of a whole run, and of one test without its guard. Without a guard that is a limit
// itself, the test may wait forever.
const (
	wholeTime = time.Hour
	testTime  = 90 * time.Second
)

func main() {
	pattern := flag.String("run", "", "only guards whose names match")
	flag.Parse()
	wanted, err := regexp.Compile(*pattern)
	if err != nil || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), wholeTime)
	defer cancel()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	if err := run(ctx, wanted); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// run removes all selected guards, and reports those whose tests do not fail.
func run(ctx context.Context, wanted *regexp.Regexp) error {
	directory, err := os.MkdirTemp("", "doorkey-mutate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	tried, unmissed := 0, 0
	healthy := make(map[string]error) // the results of the tests without any change
	for _, g := range guards() {
		if !wanted.MatchString(g.name) {
			continue
		}
		if _, known := healthy[g.test]; !known {
			healthy[g.test] = g.passes(ctx)
		}
		err := healthy[g.test]
		if err == nil {
			err = g.isMissed(ctx, directory)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		tried++
		if err != nil {
			unmissed++
			fmt.Printf("NOT MISSED  %s (%s): %v\n", g.name, g.file, err)
			continue
		}
		fmt.Printf("missed      %s: %s\n", g.name, g.test)
	}
	fmt.Printf("%d guards taken out, %d missed by their tests\n", tried, tried-unmissed)
	if unmissed > 0 || tried == 0 {
		return fmt.Errorf("%d of %d guards have no test that fails without them", unmissed, tried)
	}
	return nil
}
