package forward

import (
	"slices"
	"testing"
)

func TestParseSSH(t *testing.T) {
	for _, row := range []struct {
		name                 string
		args                 []string
		options              []string
		destination          string
		command              []string
		hasSession, terminal bool
	}{
		{"a shell", []string{"there"}, nil, "there", nil, true, true},
		{"a command", []string{"there", "git", "-C", "x", "fetch"}, nil, "there", []string{"git", "-C", "x", "fetch"}, true, false},
		{"options with values", []string{"-p", "22", "-oUser=ada", "-4Ai", "key", "there"}, []string{"-p", "22", "-oUser=ada", "-4Ai", "key"}, "there", nil, true, true},
		{"options behind the destination", []string{"there", "-p", "22", "-v", "ls", "-l"}, []string{"-p", "22", "-v"}, "there", []string{"ls", "-l"}, true, false},
		{"two dashes", []string{"-v", "--", "there", "-x"}, []string{"-v"}, "there", []string{"-x"}, true, false},
		{"a terminal asked for", []string{"-t", "there"}, []string{"-t"}, "there", nil, true, false},
		{"no terminal", []string{"-T", "there"}, []string{"-T"}, "there", nil, true, false},
		{"a value that looks like an option", []string{"-l", "-N", "there"}, []string{"-l", "-N"}, "there", nil, true, true},
		{"forwarding alone", []string{"-N", "-L", "1:a:2", "there"}, []string{"-N", "-L", "1:a:2"}, "there", nil, false, true},
		{"in the background, forwarding alone", []string{"-fN", "there"}, []string{"-fN"}, "there", nil, false, true},
		{"the version", []string{"-V"}, []string{"-V"}, "", nil, false, true},
		{"a stream", []string{"-W", "a:1", "there"}, []string{"-W", "a:1"}, "there", nil, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := parseSSH(row.args)
			if err != nil || !slices.Equal(c.options, row.options) || c.destination != row.destination || !slices.Equal(c.command, row.command) {
				t.Errorf("got %+v, %v", c, err)
			}
			if c.hasSession() != row.hasSession || c.wantsTerminal(true) != row.terminal || c.wantsTerminal(false) {
				t.Errorf("session %v, terminal %v", c.hasSession(), c.wantsTerminal(true))
			}
		})
	}
	if _, err := parseSSH([]string{"-p", "22"}); err == nil {
		t.Error("no destination is no error")
	}
}
