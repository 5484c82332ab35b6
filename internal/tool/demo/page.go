package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
)

// page is the output for the user: lines of up to 80 columns, with colour on a terminal.
type page struct {
	out    io.Writer
	styled bool
}

// The styles, as SGR parameters (ECMA-48).
const (
	bold  = "1"
	faint = "2"
	green = "32"
)

// isStyled reports whether to use colour: if the output is a terminal that can show it, and
// the user does not forbid it (no-color.org).
func isStyled(out io.Writer) bool {
	file, isFile := out.(*os.File)
	terminal := os.Getenv("TERM")
	return isFile && isatty.IsTerminal(file.Fd()) && os.Getenv("NO_COLOR") == "" && terminal != "" && terminal != "dumb"
}

func (p page) style(parameter, text string) string {
	if !p.styled {
		return text
	}
	return "\x1b[" + parameter + "m" + text + "\x1b[0m"
}

func (p page) plain(line string) { fmt.Fprintln(p.out, line) }
func (p page) title(text string) { p.plain(p.style(bold, text)) }

func (p page) end(took time.Duration) {
	p.plain("")
	p.title(fmt.Sprintf("All was as promised, in %.1f seconds. Nothing is left behind.", took.Seconds()))
}

// step starts a part of the demo.
func (s *story) step(text string) {
	if s.err != nil {
		return
	}
	s.steps++
	s.plain("")
	s.title(fmt.Sprintf(" %d   %s", s.steps, text))
}

// show prints a command that is run.
func (s *story) show(command string) {
	if s.err == nil {
		s.plain("  $  " + command)
	}
}

// note prints what the user has to know in addition to the command.
func (s *story) note(text string) {
	if s.err == nil {
		s.plain("     " + s.style(faint, text))
	}
}

// waitingInterval is how often the demo prints that it is still waiting.
const waitingInterval = 10 * time.Second

// waiting prints repeatedly, until stop is called, what the demo waits for.
func (p page) waiting(what string) (stop func()) {
	begun, done, ended := time.Now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(waitingInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.plain("     " + p.style(faint, fmt.Sprintf("(%s after %.0f s)", what, time.Since(begun).Seconds())))
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

// claim prints what was checked.
func (s *story) claim(text string) {
	if s.err == nil {
		s.plain(" " + s.style(green, "ok") + "  " + text)
	}
}
