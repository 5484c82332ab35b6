package gitconfig

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
)

// Config is git's configuration as git reads it where this process is: with the
// files that are included for this repository or its remotes ("includeIf"), and
// "git -c" and GIT_CONFIG_COUNT. The zero value is ready. It is read at the first
// call, by one child process, and not again.
type Config struct {
	reading sync.Once
	lines   []line
	err     error
}

// Entries returns all settings in git's reading order, those of the repository
// too: see [Entry.IsOfRepository].
func (c *Config) Entries(ctx context.Context) ([]Entry, error) {
	lines, err := c.read(ctx)
	return entriesOf(lines), err
}

// ForURL returns what a section ("credential", "http") says for a URL, without
// helpers, which are many. Of settings that hold, the one for the narrowest URL
// counts, as in "git config --get-urlmatch"; of those that git reads itself in
// the section "credential", the last one, as in git.
//
// A repository's own files, and what they include, are left out: what somebody
// has cloned must not say where tokens are sent.
func (c *Config) ForURL(ctx context.Context, section string, address *url.URL) (Values, error) {
	return c.forURL(ctx, section, address, isTrusted)
}

// isTrusted reports whether a line may decide where tokens go.
func isTrusted(l line) bool { return !l.IsOfRepository() }

// ForURLHere is ForURL as git itself reads the section here: with the file of the
// repository. Nothing that decides where tokens go is read so.
func (c *Config) ForURLHere(ctx context.Context, section string, address *url.URL) (Values, error) {
	return c.forURL(ctx, section, address, func(line) bool { return true })
}

func (c *Config) forURL(ctx context.Context, section string, address *url.URL, isHeard func(line) bool) (Values, error) {
	counting, err := c.counting(ctx, section, address, isHeard)
	values := make(Values)
	for name, l := range counting {
		values[name] = l.value()
	}
	return values, err
}

// EntriesForURL returns the settings that ForURL takes its values from, by the names
// of their variables.
func (c *Config) EntriesForURL(ctx context.Context, section string, address *url.URL) (map[string]Entry, error) {
	counting, err := c.counting(ctx, section, address, isTrusted)
	entries := make(map[string]Entry)
	for name, l := range counting {
		entries[name] = l.Entry
	}
	return entries, err
}

// counting returns the line that counts for each variable.
func (c *Config) counting(ctx context.Context, section string, address *url.URL, isHeard func(line) bool) (map[string]line, error) {
	lines, err := c.read(ctx)
	at := placeOf(address)
	counting, ranks := make(map[string]line), make(map[string]rank)
	for _, l := range lines {
		if !isHeard(l) || !l.isOf(section) || l.name() == "helper" {
			continue
		}
		r, holds := rankOf(l.Key, at)
		if holds && (!r.isBelow(ranks[l.name()]) || l.isReadByGit()) {
			counting[l.name()], ranks[l.name()] = l, r
		}
	}
	return counting, err
}

// All returns what a variable is set to for a URL, where git adds up one value
// after the other ("http.extraHeader"): those for all URLs first, as git reads
// them, and an empty one takes back all before it. The files are those of ForURL.
func (c *Config) All(ctx context.Context, section, variable string, address *url.URL) (values []string, err error) {
	lines, err := c.read(ctx)
	at, highest := placeOf(address), rank{}
	for _, l := range lines {
		if l.IsOfRepository() || !l.isOf(section) || l.name() != strings.ToLower(variable) {
			continue
		}
		r, holds := rankOf(l.Key, at)
		if !holds || r.isBelow(highest) {
			continue
		}
		if highest = r; l.value() == "" {
			values = nil
			continue
		}
		values = append(values, l.value())
	}
	return values, err
}

// URLValue is what a variable is set to for URLs that begin with one.
type URLValue struct {
	URL   string // as it is written in the key, which may be a pattern ("https://*.example.com")
	Value string // "true" for a variable without "=", as in git
}

// PerURL returns every setting of a variable for a URL of its own
// ("http.<url>.sslVerify"), in git's reading order and from the same files as
// ForURL. It is for those who need to know what exactly was said of whom.
func (c *Config) PerURL(ctx context.Context, section, variable string) ([]URLValue, error) {
	lines, err := c.read(ctx)
	var found []URLValue
	for _, l := range lines {
		if !l.IsOfRepository() && l.isOf(section) && l.isForURL() && l.name() == strings.ToLower(variable) {
			found = append(found, URLValue{subsectionOf(l.Key), l.value()})
		}
	}
	return found, err
}

func (c *Config) read(ctx context.Context) ([]line, error) {
	c.reading.Do(func() { c.lines, c.err = readLines(ctx) })
	return c.lines, c.err
}

// readLines lists everything. Where git cannot read the configuration here, that
// may be the repository's fault, and is read without it: whoever made it is not
// to keep a person from signing in. A git before 2.26 does not say whose a
// setting is, so no repository is read with it either.
func readLines(ctx context.Context) ([]line, error) {
	lines, err := list(ctx, asOtherCommands(nil))
	failure, ran := errors.AsType[*RunError](err)
	switch {
	case !ran:
		return lines, err
	case failure.ExitCode == usageUnknown:
		return listWithoutScope(ctx, neutral(os.Environ()))
	}
	return list(ctx, neutral(os.Environ()))
}

func list(ctx context.Context, environment []string) ([]line, error) {
	output, err := Run(ctx, "", environment, "config", "-z", "--list", "--show-scope", "--show-origin")
	if err != nil {
		return nil, err
	}
	return parseLines(string(output))
}

func listWithoutScope(ctx context.Context, environment []string) ([]line, error) {
	output, err := Run(ctx, "", environment, "config", "-z", "--list")
	var lines []line
	for setting := range strings.SplitSeq(strings.TrimSuffix(string(output), "\x00"), "\x00") {
		if setting != "" {
			lines = append(lines, newLine(Global.String(), "", setting))
		}
	}
	return lines, err
}
