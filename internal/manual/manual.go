// Package manual describes doorkey's commands and options in one table. doorkey parses
// its arguments and prints its help by it, and generates the man page and the
// completions of shells from it.
package manual

// Command is a command for users, or a verb of git's.
type Command struct {
	Name      string
	Arguments string // what may follow the name besides options: "[URL]"
	Summary   string // what it does, in one line without a full stop
	About     []string
	Shared    []string // what more to know, which several commands share: the manual page has it once
	Options   []Option
	Protocol  bool // one of git's verbs: it reads git's question from standard input
}

// Option is an option of a command, or of all commands.
type Option struct {
	Name    string // without dashes: "flow"
	Value   string // what follows it: "FLOW"; "" for a switch
	Values  []string
	Summary string
}

// Find returns the command with a name.
func Find(name string) (Command, bool) {
	for _, command := range Commands() {
		if command.Name == name {
			return command, true
		}
	}
	return Command{}, false
}
