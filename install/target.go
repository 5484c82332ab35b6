package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"git-credential-doorkey/internal/gitconfig"
)

// target is the configuration file to change, as it was found.
type target struct {
	options Options
	section section
	// file has its symbolic links resolved: users who store their configuration elsewhere keep the link.
	file string
	// exists, mode and data come from the file system; entries are what git reads in the
	// file.
	exists  bool
	mode    fs.FileMode
	data    []byte
	entries []gitconfig.Entry
	// chain is every helper in all of git's configuration.
	chain []gitconfig.Entry
	// blocks are install's own in the file, for the section.
	blocks []block
}

// findTarget finds everything that a change depends on. It fails if git would fail, before anything is changed.
func findTarget(ctx context.Context, options Options) (target, error) {
	section, err := parseSection(options.Host)
	if err != nil {
		return target{}, err
	}
	file, err := gitconfig.File(ctx, options.Directory, options.Environment, options.Scope)
	if err != nil {
		return target{}, err
	}
	found := target{options: options, section: section}
	if found.file, err = gitconfig.ResolveLinks(file); err != nil {
		return target{}, err
	}
	if err := found.read(); err != nil {
		return target{}, err
	}
	if found.exists {
		if found.entries, err = gitconfig.FileEntries(ctx, options.Environment, found.file); err != nil {
			return target{}, err
		}
	}
	if found.chain, err = gitconfig.Entries(ctx, options.Directory, options.Environment, helperKeys); err != nil {
		return target{}, err
	}
	found.blocks, err = found.ownBlocks()
	return found, err
}

// read reads the file's bytes. Only a regular file may be replaced: GIT_CONFIG_GLOBAL=/dev/null is common.
func (t *target) read() error {
	info, err := os.Stat(t.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf(`"%s" is not a file that can be edited; name another one with GIT_CONFIG_GLOBAL or GIT_CONFIG_SYSTEM`, t.file)
	}
	t.exists, t.mode = true, info.Mode().Perm()
	t.data, err = os.ReadFile(t.file)
	return err
}

// ownBlocks finds the section's blocks. A block that a user edited belongs to the user: it is neither removed nor
// duplicated.
func (t *target) ownBlocks() ([]block, error) {
	var own []block
	for _, b := range findBlocks(t.data) {
		ofOtherSection := b.header != "" && b.header != t.section.header()
		if ofOtherSection {
			continue
		}
		if !b.intact() {
			return nil, fmt.Errorf(`"%s" was edited by hand in lines %d to %d, which install had written; `+
				"remove doorkey's lines with an editor, then run this again", t.file, b.number, b.number+len(b.lines)-1)
		}
		own = append(own, b)
	}
	return own, nil
}
