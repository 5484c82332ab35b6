package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report prints a table of medians with their ratios and, as a second measure, the ratios
// of the shortest times.
func report(out io.Writer, title string, rows []row, series map[string][]time.Duration) error {
	fmt.Fprintf(out, "\n**%s**\n\n", title)
	lines := [][]string{{"", "median", "ratio", "of the shortest", "bar"}}
	for _, r := range rows {
		if r.missing != "" {
			lines = append(lines, []string{r.name, "missing: " + r.missing, "", "", ""})
			continue
		}
		times := series[r.name]
		line := []string{r.name, milliseconds(median(times)), "", "", ""}
		if base, known := r.base(series, median); known {
			shortest, _ := r.base(series, slices.Min)
			line[2] = fmt.Sprintf("%.2f × %s", ratio(median(times), base), strings.Join(r.against, " + "))
			line[3] = fmt.Sprintf("%.2f", ratio(slices.Min(times), shortest))
		}
		if r.bar > 0 {
			line[4] = fmt.Sprintf("%.2f", r.bar)
		}
		lines = append(lines, line)
	}
	return printTable(out, lines)
}

// base adds up the times that the row is compared with, by one statistic. It is unknown if
// one of them is missing.
func (r row) base(series map[string][]time.Duration, statistic func([]time.Duration) time.Duration) (base time.Duration, known bool) {
	for _, name := range r.against {
		if len(series[name]) == 0 {
			return 0, false
		}
		base += statistic(series[name])
	}
	return base, len(r.against) > 0
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

// printTable prints lines as a Markdown table; the first line is the header.
func printTable(out io.Writer, lines [][]string) error {
	table := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	for i, line := range lines {
		fmt.Fprintf(table, "| %s\t|\n", strings.Join(line, "\t| "))
		if i == 0 {
			fmt.Fprintf(table, "|%s\n", strings.Repeat("---|", len(line)))
		}
	}
	return table.Flush()
}
