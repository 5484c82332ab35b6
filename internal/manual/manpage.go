package manual

import (
	"fmt"
	"slices"
	"strings"
)

// revised is the day on which the words of the page were last changed.
const revised = "2026-11-28"

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
	page.text("doorkey is a Git credential helper: it gives git an OAuth access token as the password. doorkey takes the token from its cache, refreshes it if it has expired, and signs in if there is none. " +
		"After one sign-in, git clone, fetch and push over HTTPS work until the grant is revoked.")
	page.paragraph("To sign in, doorkey opens the browser, shows a code to enter on any device, or asks you to paste an address, depending on where git runs.")
	page.section("Options")
	page.text("Put these before the command.")
	page.options(Common())
	page.section("Commands")
	page.text("Results go to standard output, and messages to standard error.")
	page.shared(forPeople())
	page.commands(forPeople())
	page.section("Commands for git")
	page.text("git runs these commands and writes its request to standard input, see gitcredentials(7).")
	page.commands(forGit())
	page.section("Configuration")
	page.text("Settings are in git's configuration: credential.<key> for all hosts, or credential.<url>.<key> for one. doorkey reads them from the system and global files and from the command line, but never from a repository's file. " +
		"For each host it also uses git's settings for proxies, certificates and TLS (section http).")
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
type roff struct {
	written   strings.Builder
	described []string // options, so that the page describes each one once
}

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

// shared writes each paragraph that several commands share, once.
func (r *roff) shared(commands []Command) {
	var seen []string
	for _, command := range commands {
		for _, paragraph := range command.Shared {
			if !slices.Contains(seen, paragraph) {
				seen = append(seen, paragraph)
				r.paragraph(paragraph)
			}
		}
	}
}

// commands describes commands.
func (r *roff) commands(commands []Command) {
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

// options describes options, and names those that the page has described before.
func (r *roff) options(options []Option) {
	var known []string
	for _, option := range options {
		if description := option.synopsis() + option.Summary; slices.Contains(r.described, description) {
			known = append(known, "--"+option.Name)
		} else {
			r.described = append(r.described, description)
			r.option(option)
		}
	}
	if len(known) > 0 {
		r.paragraph("Options as above: " + strings.Join(known, ", ") + ".")
	}
}

func (r *roff) option(option Option) {
	r.line(".TP")
	r.line(strings.TrimSpace(`\fB` + escape("--"+option.Name) + `\fR ` + argument(option.Value)))
	r.text(upperFirst(option.Summary) + ".")
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
