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
	"git-credential-doorkey/internal/session"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// Status lists what is stored, in the order of the hosts. It reads only what is not
// encrypted in the files: it decrypts nothing and asks nobody.
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
		files = slices.DeleteFunc(files, func(file cache.Listed) bool { return !h.Cache.Holds(file, origin) })
	}
	slices.SortStableFunc(files, byHost)
	open := session.List(h.Cache.Directory)
	if given.On["json"] {
		err = writeStatus(out, files, open)
	} else {
		err = showStatus(h, out, origin, files, open)
	}
	if unreadable := countUnreadable(files); err == nil && unreadable > 0 {
		err = fmt.Errorf("%d of the account files cannot be read\nto start again for its host, move it away; you can revoke its tokens on the server", unreadable)
	}
	return err
}

// byHost is the order of the list; unreadable files come last.
func byHost(a, b cache.Listed) int {
	switch {
	case a.Problem == nil && b.Problem != nil:
		return -1
	case a.Problem != nil && b.Problem == nil:
		return 1
	}
	return strings.Compare(a.Origin, b.Origin)
}

func countUnreadable(files []cache.Listed) (count int) {
	for _, file := range files {
		if file.Problem != nil {
			count++
		}
	}
	return count
}

// showStatus writes the list for users: a line for each host, and below it a few for
// each account; then the open ssh sessions.
func showStatus(h *helper.Helper, out io.Writer, origin string, files []cache.Listed, open []session.Session) error {
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
		h.UI.NothingStored(origin, "git signs in by itself to any host that is set up\nto sign in now, run: git credential-doorkey login URL")
	}
	for _, s := range open {
		writeSession(&text, s, time.Now())
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

// writeSession shows a session of ssh in which git on another machine may ask here.
func writeSession(text *strings.Builder, s session.Session, now time.Time) {
	fmt.Fprintf(text, "open to git on %s over ssh, since %s\n", terminal.Printable(s.Destination), ui.FormatTime(s.Started, now))
	for _, asked := range s.Asked {
		fmt.Fprintf(text, "  asked for %s: %d times, answered %d; last %s\n", terminal.Printable(asked.Origin), asked.Count, asked.Answered, ui.FormatTime(asked.Last, now))
	}
}

// fleetLine describes this machine's copy of a fleet's sign-in.
func fleetLine(m cache.Membership) string {
	line := fmt.Sprintf("shared by a fleet: %s, generation %d", m.Engine, m.Generation)
	if m.Owed {
		line += ", not yet published"
	}
	return line
}
