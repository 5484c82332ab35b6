package settings

import (
	"strings"
	"testing"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/gitconfig"
)

// TestSwitches: a switch that is on by default is off if git would read its value as false.
// An empty value is false.
func TestSwitches(t *testing.T) {
	t.Setenv("GIT_CONFIG_GLOBAL", t.TempDir()+"/none")
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	type variables map[string]string
	for _, row := range []struct {
		name        string
		set         variables
		ask, prompt bool
		off         string // the source that turns asking off
	}{
		{"nothing is set", nil, true, true, ""},
		{"prompts are off", variables{"GIT_TERMINAL_PROMPT": "0"}, true, false, ""},
		{"prompts are set to nothing", variables{"GIT_TERMINAL_PROMPT": ""}, true, false, ""},
		{"prompts are off by a word", variables{"GIT_TERMINAL_PROMPT": "Off"}, true, false, ""},
		{"prompts are on", variables{"GIT_TERMINAL_PROMPT": "1"}, true, true, ""},
		{"asking is off", variables{"DOORKEY_INTERACTIVE": "0"}, false, true, "DOORKEY_INTERACTIVE"},
		{"asking is set to nothing", variables{"DOORKEY_INTERACTIVE": ""}, false, true, "DOORKEY_INTERACTIVE"},
		{"never", variables{"DOORKEY_INTERACTIVE": "never"}, false, true, "DOORKEY_INTERACTIVE"},
		{"asking is on", variables{"DOORKEY_INTERACTIVE": "yes"}, true, true, ""},
		{"off in the configuration", variables{"GIT_CONFIG_VALUE_0": "false"}, false, true, "credential.interactive"},
		{"set to nothing there", variables{"GIT_CONFIG_VALUE_0": ""}, false, true, "credential.interactive"},
		{"never there", variables{"GIT_CONFIG_VALUE_0": "Never"}, false, true, "credential.interactive"},
		{"off in both places", variables{"DOORKEY_INTERACTIVE": "0", "GIT_CONFIG_VALUE_0": "0"}, false, true, "DOORKEY_INTERACTIVE credential.interactive"},
		{"auto there", variables{"GIT_CONFIG_VALUE_0": "auto"}, true, true, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			for name, value := range row.set {
				t.Setenv(name, value)
			}
			if _, configured := row.set["GIT_CONFIG_VALUE_0"]; configured {
				t.Setenv("GIT_CONFIG_COUNT", "1")
				t.Setenv("GIT_CONFIG_KEY_0", "credential.interactive")
			}
			reader := Reader{Git: new(gitconfig.Config), Environment: environment.Detect("")}
			got, err := reader.For(t.Context(), credential.Request{Protocol: "https", Host: "gitlab.example.com"})
			if err != nil || got.MayAsk != row.ask || got.MayPrompt != row.prompt {
				t.Errorf("got %t and %t, %v, want %t and %t", got.MayAsk, got.MayPrompt, err, row.ask, row.prompt)
			}
			if off := strings.Join(got.AskingOff, " "); off != row.off {
				t.Errorf("turned off by %q, want %q", off, row.off)
			}
		})
	}
}
