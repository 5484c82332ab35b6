// Package terminal handles what a terminal shows and what is typed into it: prompts,
// secrets, QR codes, and texts from outside without control characters.
package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"rsc.io/qr"

	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/secret"
)

// Screen is where prompts are shown and answered.
type Screen struct {
	Out      io.Writer
	Terminal bool           // out is a terminal, which the user may see
	captured bool           // another program captures stderr: the terminal may belong to a full-screen program
	keyboard *os.File       // the terminal's; nil if nobody can type in it
	shell    *shellTerminal // reads a terminal that has no keyboard for this program
	whyNone  string         // why nobody can type, if that needs an explanation
	lines    *bufio.Reader
}

// NewScreen finds where to show prompts: stderr if it is a terminal; the terminal itself
// if another program captures stderr, as editors do, unless this is a CI job; otherwise
// stderr.
func NewScreen(stderr io.Writer, where environment.Environment) *Screen {
	if IsTerminal(stderr) {
		s := &Screen{Out: stderr, Terminal: true}
		s.findKeyboard(stderr, where)
		return s
	}
	s := &Screen{Out: stderr}
	if where.IsCI() {
		return s
	}
	if s.findKeyboard(stderr, where); s.keyboard != nil {
		s.Out, s.Terminal, s.captured = terminalOutput(s.keyboard), true, true
	}
	return s
}

// IsTerminal reports whether a stream leads to a terminal.
func IsTerminal(stream any) bool {
	file, isFile := stream.(*os.File)
	return isFile && (isatty.IsTerminal(file.Fd()) || isatty.IsCygwinTerminal(file.Fd()))
}

// CanType reports whether the user can answer here: a background process would be
// stopped when it reads the keyboard.
func (s *Screen) CanType() bool {
	return s.shell != nil || s.keyboard != nil && inForeground(s.keyboard)
}

// WhyNobodyTypes explains, with a hint, why input is impossible at a terminal that looks
// usable; "" if there is nothing to explain.
func (s *Screen) WhyNobodyTypes() string { return s.whyNone }

// MayPaint reports whether a picture, or a line that is overwritten, disturbs nothing:
// neither the job in the foreground, if this one is in the background, nor a full-screen
// program, which does not read whole lines.
func (s *Screen) MayPaint() bool {
	return s.Terminal && (s.keyboard == nil || inForeground(s.keyboard) && (!s.captured || readsLines(s.keyboard)))
}

// Interprets reports whether the terminal interprets control sequences, and turns that on
// in a console that requires it.
func (s *Screen) Interprets() bool { return interprets(s.Out) }

// IsGone reports whether there was a terminal that is now closed. Not every process gets
// a signal then: one with its own session, such as a daemon's child, does not.
func (s *Screen) IsGone() bool {
	file, isFile := s.Out.(*os.File)
	return s.Terminal && isFile && isGone(file)
}

// Width returns the number of columns, 0 if unknown.
func (s *Screen) Width() int {
	columns, _ := s.size()
	return columns
}

// size returns the number of columns and rows, 0 if unknown.
func (s *Screen) size() (columns, rows int) {
	if s.shell != nil {
		return s.shell.size()
	}
	if s.keyboard == nil {
		return 0, 0
	}
	return terminalSize(s.keyboard)
}

// longestLine is the longest line that a terminal passes on, in bytes (N_TTY).
const longestLine = 4095

var errNoTerminal = errors.New("no terminal to read from")

// ReadLine reads what the user types, until Enter or until ctx ends. It does not change
// the terminal: the pasted address may be visible, because its code works only once and
// only for this attempt.
func (s *Screen) ReadLine(ctx context.Context) (string, error) {
	line, err := s.typed(ctx)
	if ctx.Err() != nil && err != nil && !IsCanceled(ctx.Err()) {
		fmt.Fprintln(s.Out)
	}
	return line, err
}

// ReadSecret asks a question and reads what the user types, until Enter or until ctx
// ends. It shows nothing of the input, however soon it follows the question: a program
// may type it, or the user may paste it.
func (s *Screen) ReadSecret(ctx context.Context, question string) (secret.Text, error) {
	if s.shell != nil {
		line, err := s.shell.readSecret(ctx, question)
		fmt.Fprintln(s.Out) // for the Enter that was not shown
		return secret.New(line), err
	}
	if s.keyboard == nil {
		return secret.Text{}, errNoTerminal
	}
	showTyping, err := hideTyping(s.keyboard)
	if err != nil {
		return secret.Text{}, err
	}
	defer showTyping()
	fmt.Fprint(s.Out, question)
	defer fmt.Fprintln(s.Out) // for the Enter that was not shown
	line, err := s.typed(ctx)
	return secret.New(line), err
}

// typed returns the next line that the user types.
func (s *Screen) typed(ctx context.Context) (string, error) {
	if s.shell != nil {
		return s.shell.readLine(ctx)
	}
	if s.keyboard == nil {
		return "", errNoTerminal
	}
	if s.lines == nil {
		s.lines = bufio.NewReaderSize(s.keyboard, longestLine+1)
	}
	type result struct {
		line string
		err  error
	}
	read := make(chan result, 1)
	go func() {
		line, err := s.lines.ReadString('\n')
		read <- result{strings.TrimSpace(line), err}
	}()
	select {
	case r := <-read:
		return r.line, r.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// ShowQR shows an address as a QR code if the terminal has room for it: half blocks,
// black on white whatever the terminal's own colours are, with the quiet zone of four
// modules that readers need (ISO/IEC 18004 section 9.1).
func (s *Screen) ShowQR(address string) {
	if !s.MayPaint() {
		return
	}
	code, err := qr.Encode(address, qr.L)
	if err != nil {
		return
	}
	columns, rows := s.size()
	if code.Size+2*quietZone > columns || (code.Size+quietZone)/2+linesBelowQR > rows || !s.Interprets() {
		return
	}
	io.WriteString(s.Out, drawQR(code.Size, code.Black))
}

const quietZone = 4

// linesBelowQR is the space for the address, the code, the hint and the countdown.
const linesBelowQR = 5

// drawQR draws two modules, one above the other, in each character.
func drawQR(size int, black func(x, y int) bool) string {
	const colours, plain = "\x1b[30;107m", "\x1b[0m"
	var drawn strings.Builder
	for y := -quietZone; y < size+quietZone; y += 2 {
		drawn.WriteString(colours)
		for x := -quietZone; x < size+quietZone; x++ {
			switch upper, lower := black(x, y), black(x, y+1); {
			case upper && lower:
				drawn.WriteString("█")
			case upper:
				drawn.WriteString("▀")
			case lower:
				drawn.WriteString("▄")
			default:
				drawn.WriteString(" ")
			}
		}
		drawn.WriteString(plain + "\n")
	}
	return drawn.String()
}
