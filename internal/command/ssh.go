package command

import (
	"context"
	"fmt"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// noHost returns the error for a missing URL. In a clone over SSH, it says how to change to https.
func noHost(ctx context.Context) error {
	remote, is, err := gitconfig.RemoteOverSSH(ctx)
	if err != nil {
		return err
	}
	if advice := AdviceOnSSH(remote); is && advice != "" {
		return ui.UsageError{Problem: advice + "\nor pass the URL of the host: " + remote.Base()}
	}
	return ui.UsageError{Problem: "no host given, and this directory is not a clone with an https remote; pass the URL, for example: https://gitlab.example.com"}
}

// AdviceOnSSH says that git asks no credential helper for a remote, and in further lines
// how to change it to https. It is "" if the host does not fit into an https URL.
func AdviceOnSSH(remote gitconfig.SSH) string {
	if _, err := parseTarget(remote.Base()); err != nil {
		return ""
	}
	advice := fmt.Sprintf("%q uses SSH, so git asks no credential helper", secret.HideIn(remote.Address))
	if remote.Remote == "" {
		return advice + "\nurl.<base>.insteadOf rewrites the URL to SSH; to find that setting, run: git config --show-origin --get-regexp url"
	}
	word := func(text string) string { return terminal.ShellWord(terminal.Printable(text)) }
	advice += fmt.Sprintf("\nto use https, run: git remote set-url %s %s", word(remote.Remote), word(remote.HTTPS()))
	if remote.Prefix != "" {
		advice += fmt.Sprintf("\nto use https for submodules and all other clones too, run: git config --global url.%s.insteadOf %s", remote.Base(), word(remote.Prefix))
	}
	return advice
}
