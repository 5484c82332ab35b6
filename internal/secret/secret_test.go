package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// known must not be in anything that is printed.
const known = "hunter2-c97d1fe5"

func TestTextNeverPrints(t *testing.T) {
	type exported struct{ Token Text }
	type unexported struct{ token Text }
	values := map[string]any{
		"itself":              New(known),
		"pointer":             func() any { text := New(known); return &text }(),
		"in a slice":          []Text{New(known)},
		"in a map":            map[string]Text{"token": New(known)},
		"in exported field":   exported{New(known)},
		"in unexported field": unexported{New(known)},
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			var shown bytes.Buffer
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3s"} {
				fmt.Fprintf(&shown, verb, value)
			}
			slog.New(slog.NewJSONHandler(&shown, nil)).Info("message", "value", value)
			slog.New(slog.NewTextHandler(&shown, nil)).Info("message", "value", value)
			for _, form := range []string{known, fmt.Sprintf("%x", known), fmt.Sprintf("%X", known)} {
				if strings.Contains(shown.String(), form) {
					t.Errorf("printed the secret: %s", shown.String())
				}
			}
		})
	}
}

func TestTextDoesNotMarshal(t *testing.T) {
	if marshalled, err := json.Marshal(New(known)); err == nil {
		t.Errorf("json.Marshal = %s, want an error", marshalled)
	}
}

func TestTextEqual(t *testing.T) {
	for _, row := range []struct {
		name string
		a, b Text
		want bool
	}{
		{"both not set", Text{}, Text{}, true},
		{"not set and empty", Text{}, New(""), false},
		{"both empty", New(""), New(""), true},
		{"same text", New("a"), New("a"), true},
		{"other text", New("a"), New("b"), false},
		{"prefix", New("a"), New("ab"), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.a.Equal(row.b); got != row.want {
				t.Errorf("Equal = %v, want %v", got, row.want)
			}
		})
	}
}
