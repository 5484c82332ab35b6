package command

import (
	"context"
	"fmt"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// noHost says which host to name, or how a clone over SSH comes to one.
func noHost(ctx context.Context) error {
	remote, is, err := gitconfig.RemoteOverSSH(ctx)
	if err != nil {
		return err
	}
	if advice := AdviceOnSSH(remote); is && advice != "" {
		return ui.UsageError{Problem: advice + "\nor give the URL of the host: " + remote.Base()}
	}
	return ui.UsageError{Problem: "which host? there is no https remote of a repository here to take it from: give its URL"}
}

// AdviceOnSSH says that git asks no helper for a remote, and in the lines below how to
// reach it over https. It is "" for a host of no https URL.
func AdviceOnSSH(remote gitconfig.SSH) string {
	if _, err := parseTarget(remote.Base()); err != nil {
		return ""
	}
	advice := fmt.Sprintf("%q is reached over SSH, where git asks no helper", secret.HideIn(remote.Address))
	if remote.Remote == "" {
		return advice + "\nurl.<base>.insteadOf makes it that; to find the setting, run: git config --show-origin --get-regexp url"
	}
	word := func(text string) string { return terminal.ShellWord(terminal.Printable(text)) }
	advice += fmt.Sprintf("\nto reach it over https, run: git remote set-url %s %s", word(remote.Remote), word(remote.HTTPS()))
	if remote.Prefix != "" {
		advice += fmt.Sprintf("\nfor submodules and all other clones, too, run: git config --global url.%s.insteadOf %s", remote.Base(), word(remote.Prefix))
	}
	return advice
}
