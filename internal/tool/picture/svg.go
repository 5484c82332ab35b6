package main

import (
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The geometry, in pixels. A character is twice as high as wide, so that the modules of the
// QR code are squares.
const (
	width, height = 8, 16 // of a character
	baseline      = 12    // from the top of its line
	margin        = 20
)

// head contains the width and the height twice. On all systems, the monospace fonts are 0.6
// times as wide as high.
const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img">
<title>doorkey in a terminal</title>
<desc>git credential-doorkey setup registers an application and signs in by device code, with a QR code; git credential-doorkey doctor checks the result.</desc>
<style>
.window { fill: #ffffff; stroke: #d0d7de }
text { fill: #1f2328; font: 13.3px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; white-space: pre }
.command { fill: #0550ae; font-weight: bold }
.paper { fill: #ffffff; shape-rendering: crispEdges }
.ink { fill: #000000; shape-rendering: crispEdges }
@media (prefers-color-scheme: dark) {
.window { fill: #0d1117; stroke: #3d444d }
text { fill: #e6edf3 }
.command { fill: #79c0ff }
}
</style>
<rect class="window" x="0.5" y="0.5" width="%[3]d" height="%[4]d" rx="8"/>
`

// draw draws the lines as an SVG image, light or dark as the reader prefers.
func draw(lines []line) string {
	w, h := columns*width+2*margin, len(lines)*height+2*margin
	var drawn strings.Builder
	fmt.Fprintf(&drawn, head, w, h, w-1, h-1)
	for i, l := range lines {
		if y := margin + i*height; l.code != nil {
			drawn.WriteString(drawCode(l, y))
		} else {
			drawn.WriteString(drawText(l.text, y))
		}
	}
	drawn.WriteString("</svg>\n")
	return drawn.String()
}

// drawText draws a line of text in its place. It sets the length, because the reader's font
// may be wider.
func drawText(text string, y int) string {
	shown := strings.TrimLeft(text, " ")
	if shown == "" {
		return ""
	}
	class := ""
	if strings.HasPrefix(text, prompt) {
		class = ` class="command"`
	}
	var escaped strings.Builder
	xml.EscapeText(&escaped, []byte(shown))
	return fmt.Sprintf("<text%s x=\"%d\" y=\"%d\" textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\">%s</text>\n",
		class, margin+(len(text)-len(shown))*width, y+baseline, utf8.RuneCountInString(shown)*width, &escaped)
}

// drawCode draws a line of a QR code: two rows of modules on white.
func drawCode(l line, y int) string {
	upper, lower := l.modules()
	paper := fmt.Sprintf("<rect class=\"paper\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", margin, y, len(l.code)*width, height)
	ink := drawModules(upper, y) + drawModules(lower, y+height/2)
	if ink == "" {
		return paper
	}
	return paper + fmt.Sprintf("<path class=\"ink\" d=\"%s\"/>\n", ink)
}

// drawModules draws a row of modules. It draws adjacent modules as one.
func drawModules(row []bool, y int) string {
	var path strings.Builder
	for x := 0; x < len(row); x++ {
		begin := x
		for x < len(row) && row[x] {
			x++
		}
		if x > begin {
			fmt.Fprintf(&path, "M%d %dh%dv%dh-%dz", margin+begin*width, y, (x-begin)*width, height/2, (x-begin)*width)
		}
	}
	return path.String()
}
