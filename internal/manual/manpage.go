package manual

import (
	"fmt"
	"strings"
)

// revised is the day on which the words of the page were last changed.
const revised = "2026-11-22"

// ManPage is the manual page in section 1, written in man(7).
func ManPage() string {
	page := new(roff)
	page.line(`.TH GIT\-CREDENTIAL\-DOORKEY 1 ` + revised + ` "doorkey" "Git Manual"`)
	page.section("Name")
	page.line(`git\-credential\-doorkey \- sign in to Git hosts once, with OAuth`)
	page.section("Synopsis")
	page.line(".nf")
	for _, command := range forPeople() {
		page.line(escape(command.synopsis()))
	}
	page.line(".fi")
	page.section("Description")
	page.text("doorkey is a Git credential helper. It answers git's question for a user name and a password with an OAuth access token: from what it keeps, refreshed when it has expired, or by a sign-in when there is none. " +
		"After one sign-in, git clone, fetch and push over HTTPS work by themselves until the grant is revoked.")
	page.paragraph("A sign-in opens the browser, or shows a code to enter on any device, or asks to paste an address, whichever works where git runs.")
	page.commands(forPeople())
	page.section("Commands for git")
	page.text("git runs these, and writes its question to standard input, as gitcredentials(7) has it.")
	page.commands(forGit())
	page.section("Options")
	page.text("These stand before the command.")
	page.options(Common())
	page.section("Configuration")
	page.text("Settings are git's own: credential.<key> for all hosts, or credential.<url>.<key> for one. doorkey reads them from the system and the global file and from the command line, and never from the file of a repository. " +
		"Of the section http it obeys, for the host, what git does of proxies, certificates and TLS.")
	page.entries("credential.", Settings())
	page.section("Environment")
	page.entries("", Variables())
	page.section("Files")
	page.entries("", Files())
	page.section("Exit status")
	page.entries("", ExitCodes())
	page.section("Examples")
	page.line(".nf")
	for _, line := range []string{
		program + " setup https://gitlab.example.com", program + " install", "git clone https://gitlab.example.com/group/project.git",
	} {
		page.line(escape(line))
	}
	page.line(".fi")
	page.section("See also")
	page.line(`.BR gitcredentials (7),`)
	page.line(`.BR git\-credential (1),`)
	page.line(`.BR git\-config (1)`)
	return page.written.String()
}

// roff writes the macros of man(7).
type roff struct{ written strings.Builder }

func (r *roff) line(line string) { r.written.WriteString(line + "\n") }

// text writes running text, in lines that an editor shows whole.
func (r *roff) text(text string) {
	for line := range strings.SplitSeq(wrap(text), "\n") {
		r.line(escape(line))
	}
}

func (r *roff) section(title string) { r.line(".SH " + strings.ToUpper(title)) }

func (r *roff) paragraph(text string) {
	r.line(".PP")
	r.text(text)
}

// commands describes commands, under a heading of their own where people run
// them.
func (r *roff) commands(commands []Command) {
	if !commands[0].Protocol {
		r.section("Commands")
	}
	for _, command := range commands {
		r.line(".TP")
		r.line(strings.TrimSpace(`\fB` + escape(command.Name) + `\fR ` + argument(command.Arguments)))
		r.text(upperFirst(command.Summary) + ".")
		for _, paragraph := range command.About {
			r.line(".IP")
			r.text(paragraph)
		}
		if len(command.Options) > 0 {
			r.line(".RS")
			r.options(command.Options)
			r.line(".RE")
		}
	}
}

func (r *roff) options(options []Option) {
	for _, option := range options {
		r.line(".TP")
		r.line(strings.TrimSpace(`\fB` + escape("--"+option.Name) + `\fR ` + argument(option.Value)))
		r.text(upperFirst(option.Summary) + ".")
	}
}

func (r *roff) entries(prefix string, entries []Entry) {
	for _, entry := range entries {
		r.line(".TP")
		r.line(`\fB` + escape(prefix+entry.Name) + `\fR`)
		r.text(entry.Meaning)
	}
}

func argument(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(`\fI%s\fR`, escape(name))
}

// escape writes text so that roff shows just that: a backslash, a minus sign
// that can be copied as one, and a line that begins with a dot or an apostrophe.
func escape(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "~", `\(ti`, "^", `\(ha`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
