// Package manual says what doorkey's commands and options are: one table, from
// which its arguments are read, its help is shown, and its man page and the
// completions of shells are written.
package manual

// Command is something that a person or git can ask doorkey to do.
type Command struct {
	Name      string
	Arguments string // what may follow the name besides options: "[URL]"
	Summary   string // what it does, in one line without a full stop
	About     []string
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
