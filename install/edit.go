package install

import (
	"bytes"
	"cmp"
	"slices"

	"git-credential-doorkey/internal/gitconfig"
)

// edit is the new state of a target.
type edit struct {
	data []byte
	// remove says that the file is deleted: install created it, and it had only
	// install's lines.
	remove bool
	// helper is the one in the section's block; empty if there is no block any more.
	helper string
	// appended says that the block is new at the end of the file.
	appended       bool
	added, removed []string
}

// changes reports whether the file differs after the edit.
func (e edit) changes(t target) bool {
	return e.remove || !bytes.Equal(e.data, t.data)
}

// withDoorkey leaves a working block where it is, or else appends one to the file, where no helper of the same file
// follows it.
func (t target) withDoorkey(helper string) edit {
	if len(t.blocks) == 1 && t.section.onlyDoorkey(t.chain, t.options.Scope) {
		return t.withHelper(helper)
	}
	edited := t.withoutDoorkey()
	lines := blockLines(t.section.header(), helper)
	edited.data = appendBlock(edited.data, t.exists && !edited.remove, lines)
	edited.remove = false
	edited.helper, edited.appended, edited.added = helper, true, lines
	return edited
}

// withHelper corrects the helper of the one block, which changes when doorkey moves to PATH or off it.
func (t target) withHelper(helper string) edit {
	b := t.blocks[0]
	return edit{
		data:    b.replaceHelper(t.data, helper),
		helper:  helper,
		removed: []string{helperLine + configText(b.helper)},
		added:   []string{helperLine + configText(helper)},
	}
}

// withoutDoorkey removes the section's blocks.
func (t target) withoutDoorkey() edit {
	edited := edit{data: t.data}
	for _, b := range slices.Backward(t.blocks) {
		var lines []string
		edited.data, lines = b.cut(edited.data)
		edited.removed = append(lines, edited.removed...)
	}
	// In a file that existed empty, the block has no final line end: see appendBlock.
	edited.remove = len(edited.data) == 0 && bytes.HasSuffix(t.data, []byte("\n"))
	return edited
}

// helpers returns the helpers of the blocks.
func (t target) helpers() []string {
	helpers := make([]string, len(t.blocks))
	for i, b := range t.blocks {
		helpers[i] = b.helper
	}
	return helpers
}

// predict returns the chain after an edit: what is appended to the file comes last in its scope, because git reads the
// file last in its scope.
func (t target) predict(edited edit) []gitconfig.Entry {
	scope, key := t.options.Scope.String(), t.section.key()
	order := scopeOrder(scope)
	start, _ := slices.BinarySearchFunc(t.chain, order, compareScope)
	end, _ := slices.BinarySearchFunc(t.chain, order+1, compareScope)
	inScope := t.chain[start:end]
	switch {
	case edited.appended:
		origin := "file:" + t.file
		inScope = slices.Concat(inScope, []gitconfig.Entry{{Scope: scope, Origin: origin, Key: key}, {Scope: scope, Origin: origin, Key: key, Value: edited.helper}})
	case edited.helper == "":
		inScope, _ = withoutPairs(inScope, key, t.helpers())
	}
	return slices.Concat(t.chain[:start], inScope, t.chain[end:])
}

// scopeOrder returns the position of a scope in git's reading order ("git help config",
// SCOPES).
func scopeOrder(scope string) int {
	return slices.Index([]string{"system", "global", "local", "worktree", "command"}, scope)
}

func compareScope(entry gitconfig.Entry, order int) int {
	return cmp.Compare(scopeOrder(entry.Scope), order)
}

// withoutPairs drops the entries of blocks: an empty helper directly followed by one of the given, both under the key.
// It returns how many such pairs there were.
func withoutPairs(entries []gitconfig.Entry, key string, helpers []string) (rest []gitconfig.Entry, pairs int) {
	for i := 0; i < len(entries); i++ {
		reset := entries[i].Key == key && entries[i].Value == ""
		if reset && i+1 < len(entries) && entries[i+1].Key == key && slices.Contains(helpers, entries[i+1].Value) {
			pairs++
			i++
			continue
		}
		rest = append(rest, entries[i])
	}
	return rest, pairs
}
