package manual

import (
	"fmt"
	"slices"
	"strings"
)

const program = "git credential-doorkey"

// Usage is what -h shows.
func Usage() string {
	var text strings.Builder
	fmt.Fprintf(&text, "usage: %s [OPTIONS] COMMAND\n\n", program)
	for _, command := range forPeople() {
		writeRow(&text, strings.TrimSpace(command.Name+" "+command.Arguments), command.Summary)
	}
	text.WriteString("\noptions, before the command:\n")
	writeOptions(&text, Common())
	var verbs []string
	for _, command := range forGit() {
		verbs = append(verbs, command.Name)
	}
	fmt.Fprintf(&text, "\ngit itself runs:    %s\n", strings.Join(verbs, ", "))
	fmt.Fprintf(&text, "to start:           %s setup https://gitlab.example.com\nto explain COMMAND: %s help COMMAND\n", program, program)
	return text.String()
}

// Help explains one command.
func (c Command) Help() string {
	var text strings.Builder
	fmt.Fprintf(&text, "usage: %s\n\n%s.\n", c.synopsis(), upperFirst(c.Summary))
	for _, paragraph := range slices.Concat(c.About, c.Shared) {
		text.WriteString("\n" + wrap(paragraph) + "\n")
	}
	if len(c.Options) > 0 {
		text.WriteString("\noptions:\n")
		writeOptions(&text, c.Options)
	}
	return text.String()
}

func (c Command) synopsis() string {
	words := []string{program, c.Name}
	if len(c.Options) > 0 {
		words = append(words, "[OPTIONS]")
	}
	if c.Arguments != "" {
		words = append(words, c.Arguments)
	}
	return strings.Join(words, " ")
}

func writeOptions(text *strings.Builder, options []Option) {
	for _, option := range options {
		writeRow(text, option.synopsis(), option.Summary)
	}
}

func (o Option) synopsis() string { return strings.TrimSpace("--" + o.Name + " " + o.Value) }

func writeRow(text *strings.Builder, name, summary string) {
	fmt.Fprintf(text, "  %-18s %s\n", name, summary)
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// lineWidth is that of a terminal that nobody has made wider.
const lineWidth = 76

func wrap(paragraph string) string {
	var text strings.Builder
	column := 0
	for i, word := range strings.Fields(paragraph) {
		switch {
		case i == 0:
		case column+1+len(word) > lineWidth:
			text.WriteByte('\n')
			column = 0
		default:
			text.WriteByte(' ')
			column++
		}
		text.WriteString(word)
		column += len(word)
	}
	return text.String()
}
