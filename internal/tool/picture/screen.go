package main

import (
	"fmt"
	"regexp"
	"strings"
)

// line is a line of the screen. It contains text, or modules of a QR code.
type line struct {
	text string
	code []rune // half blocks, black on white; nil for text
}

var escapes = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// The colors of the QR code as SGR parameters (ECMA-48), and the parameters that end them.
const (
	black, white               = "30", "107"
	noForeground, noBackground = "39", "49"
)

// read parses a screen. It fails if the screen has a color that the picture does not show.
func read(screen string) (lines []line, err error) {
	isCode := false
	for _, raw := range strings.Split(strings.TrimRight(screen, " \n"), "\n") {
		for _, found := range escapes.FindAllStringSubmatch(raw, -1) {
			switch found[1] {
			case white:
				isCode = true
			case noBackground:
				isCode = false
			case black, noForeground:
			default:
				return nil, fmt.Errorf("the terminal shows the color %q, which the picture cannot show", found[1])
			}
		}
		lines = append(lines, newLine(escapes.ReplaceAllString(raw, ""), isCode))
	}
	return withoutLastPrompt(lines), nil
}

func newLine(text string, isCode bool) line {
	if isCode {
		return line{code: []rune(text)}
	}
	return line{text: strings.TrimRight(text, " ")}
}

// withoutLastPrompt removes the prompt at which the session ended.
func withoutLastPrompt(lines []line) []line {
	if last := len(lines) - 1; lines[last].text == strings.TrimRight(prompt, " ") {
		return lines[:last]
	}
	return lines
}

// modules returns the two halves of a line of a QR code: true means that a module is black.
func (l line) modules() (upper, lower []bool) {
	for _, block := range l.code {
		upper = append(upper, block == '█' || block == '▀')
		lower = append(lower, block == '█' || block == '▄')
	}
	return upper, lower
}
