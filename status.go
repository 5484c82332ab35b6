package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"git-credential-doorkey/cache"
)

// status lists what is kept, in the order of the hosts. It reads what lies open
// in the files: nothing is unsealed, and nobody is asked.
func (d *doorkey) status(ctx context.Context, given arguments) error {
	files, err := d.cache.List()
	if err != nil {
		return err
	}
	origin := ""
	if given.first() != "" {
		target, err := anyTargetOf(ctx, given.first())
		if err != nil {
			return err
		}
		origin = target.origin
		files = slices.DeleteFunc(files, func(file cache.Kept) bool { return !d.cache.Holds(file, origin) })
	}
	slices.SortStableFunc(files, byHost)
	if given.on["json"] {
		err = writeStatus(d.out, files)
	} else {
		err = d.showStatus(origin, files)
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
func (d *doorkey) showStatus(origin string, files []cache.Kept) error {
	var text strings.Builder
	for _, file := range files {
		if file.Problem != nil {
			fmt.Fprintf(&text, "%s\n  cannot be read: %s\n", printable(file.File), printable(strings.ReplaceAll(file.Problem.Error(), "\n", "; ")))
		}
		if len(file.Accounts) > 0 {
			fmt.Fprintf(&text, "%s\n", printable(file.Origin))
		}
		for _, account := range inOrder(file.Accounts) {
			writeAccount(&text, account, d.now())
		}
	}
	if text.Len() == 0 {
		d.person.nothingKept(origin, "any git command signs in to a host that is set up\nto do it now, run: git credential-doorkey login URL")
	}
	_, err := io.WriteString(d.out, text.String())
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
	fmt.Fprintf(text, "  %s, %s\n", printable(what), key)
	if len(account.Scopes) > 0 {
		fmt.Fprintf(text, "    scopes %s\n", printable(strings.Join(account.Scopes, " ")))
	}
	fmt.Fprintf(text, "    since %s\n", at(account.Obtained, now))
	if account.IsGrant() || !account.Expiry.IsZero() {
		fmt.Fprintf(text, "    %s\n", expiry(account, now))
	}
}
