// Mutate shows that the tests of SECURITY.md hold what they say: it takes each
// guard out of the source in turn, and sees the guard's test fail. Nothing in the
// working tree is changed: the compiler is given a changed copy of one file in
// its place (go help build, -overlay).
//
//	go run ./internal/tool/mutate [-run PATTERN]
//
// It takes some minutes, and is no part of "go test".
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

// Limits: of a run, and of one test with a guard taken out, which may wait for
// ever where the guard was a limit itself.
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

// run takes out all guards that are wanted, and reports those that no test
// misses.
func run(ctx context.Context, wanted *regexp.Regexp) error {
	directory, err := os.MkdirTemp("", "doorkey-mutate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	tried, unmissed := 0, 0
	healthy := make(map[string]error) // tests, without any change
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
