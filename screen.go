package main

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

	"git-credential-doorkey/internal/secret"
)

// screen is where prompts are shown and answered.
type screen struct {
	out      io.Writer
	terminal bool     // out is a terminal
	keyboard *os.File // that of the terminal; nil where nobody can type
	lines    *bufio.Reader
}

// newScreen finds the place for prompts: stderr if it is a terminal; the
// terminal itself where somebody captured stderr, as editors do, unless this is
// a CI job; else stderr as it is.
func newScreen(stderr io.Writer, where surroundings) *screen {
	if isTerminal(stderr) {
		s := &screen{out: stderr, terminal: true}
		s.keyboard, _ = openTerminal()
		return s
	}
	if !where.isCI() {
		if terminal, err := openTerminal(); err == nil {
			return &screen{out: terminalOutput(terminal), terminal: true, keyboard: terminal}
		}
	}
	return &screen{out: stderr}
}

func isTerminal(stream any) bool {
	file, isFile := stream.(*os.File)
	return isFile && (isatty.IsTerminal(file.Fd()) || isatty.IsCygwinTerminal(file.Fd()))
}

// canType reports whether the person can answer here: a process in the
// background would be stopped at its first look at the keyboard.
func (s *screen) canType() bool { return s.keyboard != nil && inForeground(s.keyboard) }

// width is the number of columns, 0 if unknown.
func (s *screen) width() int {
	columns, _ := s.size()
	return columns
}

// size is the number of columns and of rows, 0 if unknown.
func (s *screen) size() (columns, rows int) {
	if s.keyboard == nil {
		return 0, 0
	}
	return terminalSize(s.keyboard)
}

// longestLine is what a terminal passes on of one line, in bytes (N_TTY).
const longestLine = 4095

var errNoTerminal = errors.New("there is no terminal to read from")

// readLine reads what the person types, until Enter or until ctx ends. It
// leaves the terminal as it is: the address that is pasted may be seen, its
// code is good once and for this attempt alone.
func (s *screen) readLine(ctx context.Context) (string, error) {
	line, err := s.typed(ctx)
	if ctx.Err() != nil && err != nil && !isInterrupt(ctx.Err()) {
		fmt.Fprintln(s.out)
	}
	return line, err
}

// readSecret asks a question and reads what the person types, until Enter or
// until ctx ends. It shows nothing of it, however soon after the question it
// comes: a program may type it, or a person paste it.
func (s *screen) readSecret(ctx context.Context, question string) (secret.Text, error) {
	if s.keyboard == nil {
		return secret.Text{}, errNoTerminal
	}
	showTyping, err := hideTyping(s.keyboard)
	if err != nil {
		return secret.Text{}, err
	}
	defer showTyping()
	fmt.Fprint(s.out, question)
	defer fmt.Fprintln(s.out) // for the Enter that was not shown
	line, err := s.typed(ctx)
	return secret.New(line), err
}

// typed is the next line that the person types.
func (s *screen) typed(ctx context.Context) (string, error) {
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

// showQR shows an address as a QR code where it has room: half blocks, black on
// white whatever the terminal's own colours are, with the quiet zone of four
// modules that readers need (ISO/IEC 18004 section 9.1).
func (s *screen) showQR(address string) {
	if !s.terminal {
		return
	}
	code, err := qr.Encode(address, qr.L)
	if err != nil {
		return
	}
	columns, rows := s.size()
	if code.Size+2*quietZone > columns || (code.Size+quietZone)/2+linesBelowQR > rows || !showsColours(s.out) {
		return
	}
	io.WriteString(s.out, drawQR(code.Size, code.Black))
}

const quietZone = 4

// linesBelowQR is the room for the address, the code, the hint and the countdown.
const linesBelowQR = 5

// drawQR draws two modules in each character, one above the other.
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
