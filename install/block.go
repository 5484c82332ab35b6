package install

import (
	"bytes"
	"slices"
	"strings"
)

// The lines of a block. The first identifies it, so a later version must still recognize this one.
const (
	mark       = "# git-credential-doorkey install: from here on git asks doorkey alone, no other helper gets the tokens."
	undo       = `# "git-credential-doorkey uninstall", with the same options, takes out exactly these lines.`
	markStart  = "# git-credential-doorkey install:"
	resetLine  = "\thelper ="
	helperLine = "\thelper = "
)

// blockLines returns what install writes: an empty helper makes git forget all helpers that it read before ("git help
// credentials", CONFIGURATION OPTIONS), so they stay in their files, inactive, and work again when the block is
// removed.
func blockLines(header, helper string) []string {
	return []string{mark, undo, header, resetLine, helperLine + configText(helper)}
}

// line is one line of a file: its text without the line end, and its position with the
// line end.
type line struct {
	text       string
	start, end int
}

func splitLines(data []byte) []line {
	var lines []line
	offset := 0
	for text := range bytes.Lines(data) {
		end := offset + len(text)
		lines = append(lines, line{strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), offset, end})
		offset = end
	}
	return lines
}

// block is a place in a file with install's mark.
type block struct {
	lines  []line
	number int // of the first line, from 1
	// header and helper are empty if a user's edit made them unrecognizable.
	header, helper string
	// shared says that other settings than install's are under the block's header: `git config` adds them there.
	shared bool
}

// intact reports whether the lines are exactly as install writes them.
func (b block) intact() bool {
	texts := make([]string, len(b.lines))
	for i, line := range b.lines {
		texts[i] = line.text
	}
	return b.helper != "" && slices.Equal(texts, blockLines(b.header, b.helper))
}

// findBlocks returns the blocks of a file, in all sections, even if they were moved.
func findBlocks(data []byte) []block {
	var blocks []block
	lines := splitLines(data)
	for i, line := range lines {
		if strings.HasPrefix(line.text, markStart) {
			blocks = append(blocks, readBlock(lines, i))
		}
	}
	return blocks
}

func readBlock(lines []line, first int) block {
	length := len(blockLines("", ""))
	end := min(first+length, len(lines))
	b := block{lines: lines[first:end], number: first + 1, shared: hasSettings(lines[end:])}
	if len(b.lines) < length {
		return b
	}
	if header := b.lines[2].text; strings.HasPrefix(header, "[credential") {
		b.header = header
	}
	text, _ := strings.CutPrefix(b.lines[length-1].text, helperLine)
	if helper := parseConfigText(text); isInstalled(helper) {
		b.helper = helper
	}
	return b
}

// hasSettings reports whether there is a variable before the next section.
func hasSettings(lines []line) bool {
	for _, line := range lines {
		text := strings.TrimSpace(line.text)
		if text != "" && !strings.ContainsAny(text[:1], "#;") {
			return text[0] != '['
		}
	}
	return false
}

// appendBlock writes a block at the end of a file. If the last line has no line end (as in an empty file), the block
// has none either, so that cut can recognize this and restore the exact bytes.
func appendBlock(data []byte, exists bool, texts []string) []byte {
	newline := lineEnd(data)
	text := strings.Join(texts, newline)
	if exists && !bytes.HasSuffix(data, []byte("\n")) {
		return slices.Concat(data, []byte(newline+text))
	}
	return slices.Concat(data, []byte(text+newline))
}

// lineEnd returns the line end of the file's first line.
func lineEnd(data []byte) string {
	if first, _, found := bytes.Cut(data, []byte("\n")); found && bytes.HasSuffix(first, []byte("\r")) {
		return "\r\n"
	}
	return "\n"
}

// cut removes an intact block from its file. It leaves a shared header for the other settings.
func (b block) cut(data []byte) (rest []byte, removed []string) {
	start, end := b.lines[0].start, b.lines[len(b.lines)-1].end
	var kept []byte
	for _, line := range b.lines {
		if b.shared && line.text == b.header {
			kept = data[line.start:line.end]
			continue
		}
		removed = append(removed, line.text)
	}
	newline := lineEnd(data[start:end])
	if !bytes.HasSuffix(data, []byte("\n")) && end == len(data) && bytes.HasSuffix(data[:start], []byte(newline)) {
		start -= len(newline)
	}
	return slices.Concat(data[:start], kept, data[end:]), removed
}

// replaceHelper writes another helper into an intact block and changes no other byte.
func (b block) replaceHelper(data []byte, helper string) []byte {
	last := b.lines[len(b.lines)-1]
	return slices.Concat(data[:last.start], []byte(helperLine+configText(helper)), data[last.start+len(last.text):])
}
