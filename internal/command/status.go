package command

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// Status lists what is kept, in the order of the hosts. It reads what lies open
// in the files: nothing is unsealed, and nobody is asked.
func Status(ctx context.Context, h *helper.Helper, given Arguments, out io.Writer) error {
	files, err := h.Cache.List()
	if err != nil {
		return err
	}
	origin := ""
	if given.First() != "" {
		target, err := AnyTargetOf(ctx, given.First())
		if err != nil {
			return err
		}
		origin = target.Origin
		files = slices.DeleteFunc(files, func(file cache.Kept) bool { return !h.Cache.Holds(file, origin) })
	}
	slices.SortStableFunc(files, byHost)
	if given.On["json"] {
		err = writeStatus(out, files)
	} else {
		err = showStatus(h, out, origin, files)
	}
	if unreadable := countUnreadable(files); err == nil && unreadable > 0 {
		err = fmt.Errorf("%d of the account files cannot be read\nmove it away to start anew for its host; the tokens in it can be ended at the server", unreadable)
	}
	return err
}

// byHost is the order of the list; files that cannot be read come last.
func byHost(a, b cache.Kept) int {
	switch {
	case a.Problem == nil && b.Problem != nil:
		return -1
	case a.Problem != nil && b.Problem == nil:
		return 1
	}
	return strings.Compare(a.Origin, b.Origin)
}

func countUnreadable(files []cache.Kept) (count int) {
	for _, file := range files {
		if file.Problem != nil {
			count++
		}
	}
	return count
}

// showStatus writes the list for people: a line for each host, and a few below
// it for each account.
func showStatus(h *helper.Helper, out io.Writer, origin string, files []cache.Kept) error {
	var text strings.Builder
	for _, file := range files {
		if file.Problem != nil {
			fmt.Fprintf(&text, "%s\n  cannot be read: %s\n", terminal.Printable(file.File), terminal.Printable(strings.ReplaceAll(file.Problem.Error(), "\n", "; ")))
		}
		if len(file.Accounts) > 0 {
			fmt.Fprintf(&text, "%s\n", terminal.Printable(file.Origin))
		}
		for _, account := range inOrder(file.Accounts) {
			writeAccount(&text, account, time.Now())
		}
	}
	if text.Len() == 0 {
		h.UI.NothingStored(origin, "any git command signs in to a host that is set up\nto do it now, run: git credential-doorkey login URL")
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// inOrder sorts the accounts of a host: grants first, by their labels.
func inOrder(accounts []cache.Account) []cache.Account {
	sorted := slices.Clone(accounts)
	slices.SortStableFunc(sorted, func(a, b cache.Account) int {
		switch {
		case a.IsGrant() && !b.IsGrant():
			return -1
		case b.IsGrant() && !a.IsGrant():
			return 1
		}
		return strings.Compare(a.Username+"\x00"+a.Path, b.Username+"\x00"+b.Path)
	})
	return sorted
}

func writeAccount(text *strings.Builder, account cache.Account, now time.Time) {
	what := "password of " + account.Username
	if account.Path != "" {
		what += " for " + account.Path
	}
	if account.IsGrant() {
		what = "default account"
		if account.Username != "" {
			what = "account " + account.Username
		}
		what += ": " + account.Provider
	}
	key := "key in the keyring"
	if account.Place() == cache.InFile {
		key = "key in a file"
	}
	fmt.Fprintf(text, "  %s, %s\n", terminal.Printable(what), key)
	if account.Identity != "" {
		fmt.Fprintf(text, "    signed in as %s\n", terminal.Printable(account.Identity))
	}
	if len(account.Scopes) > 0 {
		fmt.Fprintf(text, "    scopes %s\n", terminal.Printable(strings.Join(account.Scopes, " ")))
	}
	fmt.Fprintf(text, "    since %s\n", ui.FormatTime(account.Obtained, now))
	if account.IsGrant() || !account.Expiry.IsZero() {
		fmt.Fprintf(text, "    %s\n", ui.Expiry(account, now))
	}
	if account.IsShared() {
		fmt.Fprintf(text, "    %s\n", terminal.Printable(fleetLine(account.Fleet)))
	}
}

// fleetLine says what this machine has of a fleet's sign-in.
func fleetLine(m cache.Membership) string {
	line := fmt.Sprintf("shared by a fleet: %s, generation %d", m.Engine, m.Generation)
	if m.Owed {
		line += ", not yet published"
	}
	return line
}
