package terminal

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// Columns is how wide the terminal is that out leads to; 0 for a file, a pipe
// and where nobody knows: there a line stays one line.
func Columns(out io.Writer) int {
	if !IsTerminal(out) {
		return 0
	}
	columns, _ := terminalSize(out.(*os.File))
	return columns
}

// Fold breaks a line between words where the terminal ends, and begins what
// follows below the text: indent is where that is. A command, which ends its
// line, stays whole, so that it can be copied.
func Fold(line string, columns, indent int) string {
	if columns < 2*indent+20 {
		return line
	}
	text, command, hasCommand := strings.Cut(line[indent:], "run: ")
	words := strings.Fields(text)
	if hasCommand {
		words = append(words, "run: "+command)
	}
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
