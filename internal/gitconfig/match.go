package gitconfig

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"strings"
)

// newLine reads "key LF value", or a key alone.
func newLine(scope, origin, setting string) line {
	key, value, given := strings.Cut(setting, "\n")
	return line{Entry{Scope: scope, Origin: origin, Key: key, Value: value}, !given}
}

// isOf reports whether a line is one of a section.
func (l line) isOf(section string) bool { return strings.HasPrefix(l.Key, section+".") }

// name is the variable, in lower case.
func (l line) name() string { return l.Key[strings.LastIndex(l.Key, ".")+1:] }

// value is the value with what stands for a missing one in git.
func (l line) value() string {
	if l.alone {
		return "true"
	}
	return l.Value
}

// isForURL reports whether a line is for some URLs alone.
func (l line) isForURL() bool { return strings.Count(l.Key, ".") > 1 }

// url is what a line that is for some URLs alone has as theirs.
func (l line) url() string {
	return l.Key[strings.Index(l.Key, ".")+1 : strings.LastIndex(l.Key, ".")]
}

// mayConcern reports whether git could take a line for one that holds for an
// address. It leaves the answer to git wherever the name of the host stands in
// it, and where there is a pattern. Dots do not count: git takes a host with one
// more at its end for the same.
func (l line) mayConcern(address *url.URL) bool {
	if !l.isForURL() {
		return true
	}
	plain := func(text string) string { return strings.ToLower(strings.ReplaceAll(text, ".", "")) }
	return strings.Contains(l.url(), "*") || strings.Contains(plain(l.url()), plain(address.Hostname()))
}

// matched has git say which of the lines hold for an address: they are given to
// it as a file, in which nothing is included.
func matched(ctx context.Context, lines []line, section string, address *url.URL) (Values, error) {
	command := exec.CommandContext(ctx, "git", "config", "--file", "-", "-z", "--get-urlmatch", section, address.String())
	command.Env, command.Stdin = neutral(os.Environ()), strings.NewReader(fileOf(lines))
	output, err := run(ctx, command)
	if foundNothing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parse(output, section), nil
}

// fileOf writes lines as they stand in a configuration file ("git help config",
// SYNTAX).
func fileOf(lines []line) string {
	var file strings.Builder
	for _, l := range lines {
		section, _, _ := strings.Cut(l.Key, ".")
		file.WriteString("[" + section)
		if l.isForURL() {
			file.WriteString(` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(l.url()) + `"`)
		}
		file.WriteString("]\n" + l.name())
		if !l.alone {
			file.WriteString(" = " + quoted(l.Value))
		}
		file.WriteString("\n")
	}
	return file.String()
}

// parse reads the settings of a section.
func parse(output []byte, section string) Values {
	values := make(Values)
	for setting := range strings.SplitSeq(string(output), "\x00") {
		l := newLine("", "", setting)
		if name, found := strings.CutPrefix(l.Key, section+"."); found {
			values[name] = l.value()
		}
	}
	return values
}
