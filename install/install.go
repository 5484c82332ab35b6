// Package install puts doorkey into git's configuration, so that git asks doorkey and no other helper, and takes
// exactly that out again.
//
// It edits the bytes of the configuration file itself, because `git config` leaves traces that cannot be undone (empty
// sections, a lost final newline). Git judges the result: a file is replaced only after git has read the new one as meant.
// The package prints nothing; a [Change] tells what was done.
package install

import (
	"context"
	"slices"

	"git-credential-doorkey/internal/gitconfig"
)

// Options say which configuration file is changed and how. The zero value, with a Program, is the person's own file for all hosts.
type Options struct {
	// Scope is whose configuration file it is.
	Scope gitconfig.Scope
	// Host limits the change to one host: "https://gitlab.example.com". Empty is every host.
	Host string
	// Program is the absolute path of the running executable ([os.Executable]). Uninstall does not need it.
	Program string
	// DryRun leaves everything as it is; the Change tells what would be done.
	DryRun bool
	// Directory is where git is run, for the repository of the local scope. Empty is the current directory.
	Directory string
	// Environment is git's, and says where its files are. Nil is this process's.
	Environment []string
	// LookPath finds a program by name in the directories of PATH. Nil is [exec.LookPath].
	LookPath func(name string) (string, error)
	// IsEverywhere reports whether every program has a directory on its PATH. Nil is [IsEverywhere], for the system's file
	// that of every user.
	IsEverywhere func(directory string) bool
}

// Change is what Install or Uninstall did or, in a dry run, would do. What stands in it comes from configuration files:
// a helper's value can be a shell snippet with control characters or a secret in it, so print it with care.
type Change struct {
	// File is the file that was looked at, with symbolic links resolved.
	File string
	// Changed is false when File was as it should be already, and has not been touched.
	Changed bool
	// Added and Removed are the lines that differ, in their order in the file.
	Added, Removed []string
	// Silenced are the helpers that git asked before Install and that get no tokens any more; they stay where they stand in their file.
	Silenced []gitconfig.Entry
	// Others are the helpers that git, run in Directory, asks besides doorkey after Install: they get the tokens too.
	Others []gitconfig.Entry
	// Restored are the helpers that git asks again after Uninstall.
	Restored []gitconfig.Entry
	// Remaining are the settings that still name doorkey after Uninstall: of another scope or host, or written by hand.
	Remaining []gitconfig.Entry
}

// Install makes doorkey the only helper for the scope and host in the options. Where that is so already, nothing is touched.
//
// It fails, with the file untouched, when git cannot read its configuration, when install's own lines were edited by
// hand, when another process holds the file's lock, and when the file cannot be written.
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

// Uninstall takes out the lines that Install wrote for the scope and host in the options, and nothing else.
// Where there are none, nothing is touched. It fails as Install does.
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

// report tells of the file; what became of the helpers is the caller's to add.
func (t target) report(edited edit) Change {
	change := Change{File: t.file, Changed: edited.changes(t)}
	if change.Changed {
		change.Added, change.Removed = edited.added, edited.removed
	}
	return change
}
