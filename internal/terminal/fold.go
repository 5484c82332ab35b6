package terminal

import (
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// Columns returns the width of the terminal that out leads to; 0 for a file, a pipe and
// an unknown width: there, lines are not broken.
func Columns(out io.Writer) int {
	if !IsTerminal(out) {
		return 0
	}
	columns, _ := terminalSize(out.(*os.File))
	return columns
}

// Fold breaks a line between words at the width of the terminal, and indents the rest by
// indent. It does not break a command, which is at the end of its line, so that it can
// be copied.
func Fold(line string, columns, indent int) string {
	if columns < 2*indent+20 {
		return line
	}
	words := unbroken(line[indent:])
	folded, used := line[:indent], indent
	for i, word := range words {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case used+1+length > columns:
			folded, used = folded+"\n"+strings.Repeat(" ", indent), indent
		default:
			folded, used = folded+" ", used+1
		}
		folded, used = folded+word, used+length
	}
	return folded
}

// unbroken returns the parts of a text between which a line may end: its words, and a
// command with what follows it.
func unbroken(text string) []string {
	begin := commandIn(text)
	parts := strings.Split(strings.TrimRight(text[:begin], " "), " ")
	if begin == 0 {
		parts = nil
	}
	if begin < len(text) {
		parts = append(parts, text[begin:])
	}
	return parts
}

// commandIn returns where a command begins in a text, with a "hint: " that has nothing
// else; the length of the text if there is none.
func commandIn(text string) int {
	for i := range text {
		if i > 0 && text[i-1] != ' ' {
			continue
		}
		if rest := strings.TrimPrefix(text[i:], "hint: "); slices.ContainsFunc(beginsOfCommands(), func(begin string) bool { return strings.HasPrefix(rest, begin) }) {
			return i
		}
	}
	return len(text)
}

// beginsOfCommands are those of the commands in messages.
func beginsOfCommands() []string {
	return []string{"run: ", "git credential ", "git credential-doorkey ", "git config ", "git remote ", "openssl ", "sudo ", "apt-get ", "takeown ", "ssh -"}
}
