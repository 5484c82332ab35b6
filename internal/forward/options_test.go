package forward

import (
	"slices"
	"testing"
)

func TestParseOptions(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		want options
		rest []string
	}{
		{"none", []string{"there"}, options{}, []string{"there"}},
		{"a host", []string{"--host", "gitlab.example.com", "there"}, options{hosts: []string{"https://gitlab.example.com"}}, []string{"there"}},
		{"a host in one argument", []string{"--host=https://gitlab.example.com/group", "-v", "there"}, options{hosts: []string{"https://gitlab.example.com"}}, []string{"-v", "there"}},
		{"switches", []string{"--confirm", "--print-config", "there"}, options{confirm: true, printConfig: true}, []string{"there"}},
		{"behind the destination they are the command's", []string{"there", "ls", "--host"}, options{}, []string{"there", "ls", "--host"}},
		{"two dashes are ssh's", []string{"--", "there"}, options{}, []string{"--", "there"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, rest, err := parseOptions(t.Context(), row.args)
			if err != nil || !slices.Equal(rest, row.rest) || !slices.Equal(got.hosts, row.want.hosts) || got.confirm != row.want.confirm || got.printConfig != row.want.printConfig {
				t.Errorf("got %+v, %q, %v", got, rest, err)
			}
		})
	}
	for _, args := range [][]string{{"--no-such-option", "there"}, {"--host"}, {"--host", "ftp://h.example"}} {
		if _, _, err := parseOptions(t.Context(), args); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

// TestHost: isHostname accepts only the name of a host that can be the name of a file and a
// word in ssh's configuration.
func TestHost(t *testing.T) {
	for _, row := range []struct {
		destination, want string
		ok                bool
	}{
		{"build", "build", true},
		{"ada@build.example.com", "build.example.com", true},
		{"ada@realm@build", "build", true},
		{"ssh://ada@build.example.com:2222", "build.example.com", true},
		{"10.0.0.1", "10.0.0.1", true},
		{"", "", false},
		{"../etc", "../etc", false},
		{".hidden", ".hidden", false},
		{"-oProxyCommand=x", "-oProxyCommand=x", false},
		{"a b", "a b", false},
		{"a\nMatch all", "a\nMatch all", false},
		{"*", "*", false},
	} {
		if got := hostOf(row.destination); got != row.want || isHostname(got) != row.ok {
			t.Errorf("%q: %q, %v", row.destination, got, isHostname(got))
		}
	}
}
