package gitconfig

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
)

// Config is git's configuration as git reads it where this process runs: with the files
// that are included for this repository or its remotes ("includeIf"), and "git -c" and
// GIT_CONFIG_COUNT. The zero value is ready to use. One child process reads it at the
// first call, and not again.
type Config struct {
	reading sync.Once
	lines   []line
	err     error
}

// Entries returns all settings in git's reading order, including those of the
// repository: see [Entry.IsOfRepository].
func (c *Config) Entries(ctx context.Context) ([]Entry, error) {
	lines, err := c.read(ctx)
	return entriesOf(lines), err
}

// ForURL returns the values of a section ("credential", "http") for a URL, without
// helpers, which are many. Of matching settings, the one for the narrowest URL counts,
// as in "git config --get-urlmatch"; of those that git reads itself in the section
// "credential", the last one counts, as in git.
//
// It ignores a repository's own files and what they include: a cloned repository must
// not decide where tokens are sent.
func (c *Config) ForURL(ctx context.Context, section string, address *url.URL) (Values, error) {
	return c.forURL(ctx, section, address, isTrusted)
}

// isTrusted reports whether a line may decide where tokens go.
func isTrusted(l line) bool { return !l.IsOfRepository() }

// ForURLHere is ForURL as git itself reads the section here: with the file of the
// repository. Settings that decide where tokens go are not read like this.
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

// EntriesForURL returns the settings that ForURL's values come from, by the names of
// their variables.
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

// All returns the values of a variable for a URL whose values git adds up
// ("http.extraHeader"): those for all URLs first, in git's order; an empty one removes
// all before it. The files are those of ForURL.
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

// URLValue is the value of a variable for URLs that begin with one.
type URLValue struct {
	URL   string // as written in the key; it may be a pattern ("https://*.example.com")
	Value string // "true" for a variable without "=", as in git
}

// PerURL returns every setting of a variable for a specific URL
// ("http.<url>.sslVerify"), in git's reading order and from the same files as ForURL. It
// is for callers that need to know exactly which URL was configured.
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

// readLines lists everything. If git cannot read the configuration here, that may be the
// repository's fault, so it is read without the repository: its author must not keep a
// user from signing in. A git before 2.26 does not say where a setting comes from, so it
// is also used without the repository.
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
