package manual_test

import (
	"testing"

	"git-credential-doorkey/internal/manual"
)

func TestSuggest(t *testing.T) {
	for _, row := range []struct{ name, typed, want string }{
		{"a letter is missing", "logn", "login"},
		{"a letter too many", "statuss", "status"},
		{"two letters swapped", "statsu", "status"},
		{"upper case", "Login", "login"},
		{"the beginning", "inst", "install"},
		{"another tool's command", "auth", "login"},
		{"something else", "push", ""},
		{"nothing", "", ""},
		{"longer than every command", "this-is-no-command-of-any-tool", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := manual.Suggest(row.typed); got != row.want {
				t.Errorf("%q suggests %q, want %q", row.typed, got, row.want)
			}
		})
	}
}

// TestSuggestsKnownCommands: for commands of other tools, the suggestion is a command of doorkey.
func TestSuggestsKnownCommands(t *testing.T) {
	for _, typed := range []string{"auth", "signin", "sign-in", "signout", "sign-out", "revoke", "config", "configure", "init", "list", "whoami", "check"} {
		if suggested := manual.Suggest(typed); suggested == "" {
			t.Errorf("%q suggests nothing", typed)
		} else if _, known := manual.Find(suggested); !known {
			t.Errorf("%q suggests %q, which is not a command", typed, suggested)
		}
	}
}

func TestSuggestOption(t *testing.T) {
	setup, _ := manual.Find("setup")
	for typed, want := range map[string]string{"flwo": "flow", "cleint-id": "client-id", "client": "client-id", "verbose": ""} {
		if got := manual.SuggestOption(typed, setup.Options); got != want {
			t.Errorf("%q suggests %q, want %q", typed, got, want)
		}
	}
}
