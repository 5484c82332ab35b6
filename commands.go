package main

import (
	"context"
	"errors"
	"fmt"

	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/secret"
)

// serve runs a command for people.
func (d *doorkey) serve(ctx context.Context, command manual.Command, args []string) error {
	given, err := parseArguments(command, args)
	if errors.Is(err, errHelp) {
		fmt.Fprint(d.out, command.Help())
		return nil
	}
	if err != nil {
		return err
	}
	if named, err := parseFlow("--flow", given.options["flow"]); err != nil {
		return usageError{problem: err.Error()}
	} else if named != unnamed {
		d.flow = named
	}
	switch command.Name {
	case "setup":
		return d.setup(ctx, given)
	case "login":
		return d.login(ctx, given)
	case "logout":
		return d.logout(ctx, given)
	case "status":
		return d.status(ctx, given)
	case "token":
		return d.token(ctx, given)
	case "doctor":
		return d.doctor(ctx, given)
	case "install", "uninstall":
		return d.install(ctx, command.Name, given)
	case "help":
		return d.help(given)
	}
	return fmt.Errorf("the command %q has no story", command.Name)
}

// help shows what doorkey understands, or one command.
func (d *doorkey) help(given arguments) error {
	if given.first() == "" {
		fmt.Fprint(d.out, manual.Usage())
		return nil
	}
	command, known := manual.Find(given.first())
	if !known {
		return usageError{problem: fmt.Sprintf("%q is no command of doorkey's", secret.HideIn(given.first()))}
	}
	fmt.Fprint(d.out, command.Help())
	return nil
}
