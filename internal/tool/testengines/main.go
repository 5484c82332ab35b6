// Testengines builds the engines for the fleet's tests that no system has packages for:
// kube-apiserver and Vault. It downloads their modules, and takes minutes the first
// time. Tests that need an engine are skipped until it is built.
//
//	go run ./internal/tool/testengines
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"git-credential-doorkey/internal/test/parts"
	"git-credential-doorkey/internal/test/registers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := build(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "testengines:", err)
		os.Exit(1)
	}
}

func build(ctx context.Context) error {
	repository, err := parts.FindRepository()
	if err != nil {
		return err
	}
	for _, name := range registers.Sources() {
		begun := time.Now()
		file, err := registers.Build(ctx, repository, name)
		if err != nil {
			return err
		}
		fmt.Printf("%s (%v)\n", file, time.Since(begun).Round(time.Second))
	}
	return nil
}
