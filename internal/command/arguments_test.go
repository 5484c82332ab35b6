package command

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/ui"
)

func commandWith() manual.Command {
	return manual.Command{Name: "walk", Arguments: "[URL]", Options: []manual.Option{
		{Name: "flow", Value: "FLOW"}, {Name: "json"},
	}}
}

func TestParseArguments(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		flow string
		json bool
		rest []string
	}{
		{"none", nil, "", false, nil},
		{"an argument", []string{"a.example"}, "", false, []string{"a.example"}},
		{"options before it", []string{"--flow", "device", "--json", "a.example"}, "device", true, []string{"a.example"}},
		{"options after it", []string{"a.example", "--json", "--flow=device"}, "device", true, []string{"a.example"}},
		{"the last of two counts", []string{"--flow", "paste", "--flow", "device"}, "device", false, nil},
		{"a value that looks like an option", []string{"--flow", "--json"}, "--json", false, nil},
		{"an argument that looks like an option", []string{"--", "--json"}, "", false, []string{"--json"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := parseArguments(commandWith(), row.args)
			want := Arguments{map[string]string{"flow": row.flow}, map[string]bool{"json": row.json}, row.rest}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
			first := ""
			if len(row.rest) > 0 {
				first = row.rest[0]
			}
			if got.First() != first {
				t.Errorf("first is %q, want %q", got.First(), first)
			}
		})
	}
}

func TestParseArgumentsRefuses(t *testing.T) {
	for _, row := range []struct {
		name, takes string
		args        []string
		says        string
	}{
		{"an unknown option", "[URL]", []string{"--loud"}, `walk: unknown option "--loud"`},
		{"a misspelled option", "[URL]", []string{"--flwo"}, `walk: unknown option "--flwo"; did you mean "--flow"?`},
		{"an option without its value", "[URL]", []string{"--flow"}, `walk: the option "--flow" needs a value`},
		{"a switch with a value", "[URL]", []string{"--json=perhaps"}, "walk: invalid boolean value"},
		{"two arguments", "[URL]", []string{"a.example", "--json", "b.example"}, `walk: unexpected argument "b.example"`},
		{"an argument for a command without any", "", []string{"a.example"}, `walk: unexpected argument "a.example"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			command := commandWith()
			command.Arguments = row.takes
			got, err := parseArguments(command, row.args)
			if !errors.As(err, new(ui.UsageError)) || !strings.HasPrefix(err.Error(), row.says) {
				t.Errorf("got %+v, %v, want %q", got, err, row.says)
			}
		})
	}
	for _, help := range []string{"-h", "--help"} {
		if _, err := parseArguments(commandWith(), []string{"a.example", help}); !errors.Is(err, errHelp) {
			t.Errorf("%s gave %v", help, err)
		}
	}
}
