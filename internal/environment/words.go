package environment

import (
	"github.com/mattn/go-shellwords"
)

// shellWords are the words of a command as a shell reads them: quotes and backslashes
// keep a space in a word. Nothing is run or looked up for it. There are none if a
// quote has no end.
func shellWords(command string) []string {
	words, err := (&shellwords.Parser{}).Parse(command)
	if err != nil {
		return nil
	}
	return words
}

// windowsWords are the words of a command as Windows reads them: double quotes keep
// a space in a word, and a backslash is one of a path.
func windowsWords(command string) (words []string) {
	word, quoted := "", false
	for _, c := range command + " " {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ' ' && !quoted:
			if word != "" {
				words = append(words, word)
			}
			word = ""
		default:
			word += string(c)
		}
	}
	return words
}
