// Package install puts doorkey into git's configuration, so that git asks only doorkey, and removes exactly that
// again.
//
// It edits the bytes of the configuration file itself, because `git config` leaves traces that cannot be undone (empty
// sections, a lost final newline). Git checks the result: a file is replaced only if git reads the new one as
// intended. The package prints nothing; a [Change] says what was done.
package install

import (
	"context"
	"slices"

	"git-credential-doorkey/internal/gitconfig"
)

// Options say which configuration file is changed and how. The zero value, with a Program, means the user's own file
// for all hosts.
type Options struct {
	// Scope selects the configuration file.
	Scope gitconfig.Scope
	// Host limits the change to one host: "https://gitlab.example.com". Empty means all
	// hosts.
	Host string
	// Program is the absolute path of the running executable ([os.Executable]). Uninstall does not need it.
	Program string
	// DryRun changes nothing; the Change says what would be done.
	DryRun bool
	// Directory is where git runs, for the repository of the local scope. Empty means the current directory.
	Directory string
	// Environment is git's, and determines where its files are. Nil means this
	// process's.
	Environment []string
	// LookPath finds a program by name in the directories of PATH. Nil means
	// [exec.LookPath].
	LookPath func(name string) (string, error)
	// IsEverywhere reports whether every program has a directory on its PATH. Nil means [IsEverywhere], and for the
	// system's file that of every user.
	IsEverywhere func(directory string) bool
}

// Change says what Install or Uninstall did or, in a dry run, would do. Its contents come from configuration files: a
// helper's value can be a shell snippet with control characters or a secret, so print it with care.
type Change struct {
	// File is the file that was examined, with symbolic links resolved.
	File string
	// Changed is false if File was already correct and was not touched.
	Changed bool
	// Added and Removed are the lines that differ, in their order in the file.
	Added, Removed []string
	// Silenced are the helpers that git asked before Install and that no longer get tokens; they stay in their files.
	Silenced []gitconfig.Entry
	// Others are the helpers that git, run in Directory, asks besides doorkey after Install: they get the tokens, too.
	Others []gitconfig.Entry
	// Restored are the helpers that git asks again after Uninstall.
	Restored []gitconfig.Entry
	// Remaining are the settings that still name doorkey after Uninstall: of another scope or host, or written by
	// hand.
	Remaining []gitconfig.Entry
}

// Install makes doorkey the only helper for the scope and host in the options. If it already is, Install changes
// nothing.
//
// It fails without changing the file if git cannot read its configuration, if install's own lines were edited by hand,
// if another process holds the file's lock, or if the file cannot be written.
func Install(ctx context.Context, options Options) (Change, error) {
	onEveryPath := options.IsEverywhere
	if onEveryPath == nil {
		onEveryPath = func(directory string) bool { return isEverywhere(ctx, directory, options.Scope) }
	}
	helper, err := helperFor(options.Program, options.LookPath, onEveryPath)
	if err != nil {
		return Change{}, err
	}
	found, err := findTarget(ctx, options)
	if err != nil {
		return Change{}, err
	}
	edited := found.withDoorkey(helper)
	after, err := found.apply(ctx, edited)
	if err != nil {
		return Change{}, err
	}
	change := found.report(edited)
	before := found.section.asked(found.chain)
	change.Others = slices.DeleteFunc(found.section.asked(after), isDoorkey)
	change.Silenced = missing(before, change.Others)
	return change, nil
}

// Uninstall removes the lines that Install wrote for the scope and host in the options, and nothing else. If there are
// none, it changes nothing. It fails like Install.
func Uninstall(ctx context.Context, options Options) (Change, error) {
	found, err := findTarget(ctx, options)
	if err != nil {
		return Change{}, err
	}
	edited := found.withoutDoorkey()
	after, err := found.apply(ctx, edited)
	if err != nil {
		return Change{}, err
	}
	change := found.report(edited)
	asked := found.section.asked(after)
	change.Restored = missing(asked, found.section.asked(found.chain))
	change.Remaining = slices.DeleteFunc(after, func(e gitconfig.Entry) bool { return !namesDoorkey(e) })
	return change, nil
}

// report describes the file; the caller adds what happened to the helpers.
func (t target) report(edited edit) Change {
	change := Change{File: t.file, Changed: edited.changes(t)}
	if change.Changed {
		change.Added, change.Removed = edited.added, edited.removed
	}
	return change
}
