package environment

import (
	"strings"

	"github.com/mattn/go-shellwords"
)

// shellWords splits a command into words as a shell does: quotes and backslashes keep a
// space in a word. It runs and looks up nothing. It returns none if a quote is not
// closed.
func shellWords(command string) []string {
	words, err := (&shellwords.Parser{}).Parse(command)
	if err != nil {
		return nil
	}
	return words
}

// windowsWords splits a command into words as Windows programs do: double quotes keep a
// blank in a word. In the first word, which is a path, a backslash has no special
// meaning; in the others it also escapes a quote, and a backslash in front of a quote
// (CommandLineToArgvW).
func windowsWords(command string) (words []string) {
	blanks := " \t"
	for rest := strings.TrimLeft(command, blanks); rest != ""; rest = strings.TrimLeft(rest, blanks) {
		var word string
		word, rest = windowsWord(rest, len(words) > 0)
		words = append(words, word)
	}
	return words
}

// windowsWord cuts the first word off a command.
func windowsWord(command string, escapes bool) (word, rest string) {
	var read strings.Builder
	quoted := false
	for i := 0; i < len(command); i++ {
		slashes := 0
		for escapes && i < len(command) && command[i] == '\\' {
			slashes++
			i++
		}
		switch {
		case i < len(command) && command[i] == '"':
			read.WriteString(strings.Repeat(`\`, slashes/2))
			if slashes%2 == 1 {
				read.WriteByte('"')
			} else {
				quoted = !quoted
			}
			continue
		default:
			read.WriteString(strings.Repeat(`\`, slashes))
		}
		switch {
		case i == len(command):
			return read.String(), ""
		case !quoted && (command[i] == ' ' || command[i] == '\t'):
			return read.String(), command[i:]
		}
		read.WriteByte(command[i])
	}
	return read.String(), ""
}
