package environment

import (
	"slices"
	"strings"
	"testing"
)

// FuzzBrowserArguments: the program that opens the browser gets its own arguments and one
// web address, which contains only URL characters.
func FuzzBrowserArguments(f *testing.F) {
	for _, seed := range []string{
		"https://h/?a=b&c=%25s", "http://127.0.0.1:4000/", "https://u:p@[::1]/\u202e?\"#`", "http://@[::1]", "-https://h/", "https://h/%s", "https://h\\x", "HTTPS:h",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		arguments, err := browserArguments([]string{"open"}, address)
		if err != nil {
			return
		}
		if len(arguments) != 2 || arguments[0] != "open" {
			t.Fatalf("starts %q", arguments)
		}
		shown := arguments[1]
		isWeb := strings.HasPrefix(shown, "https://") || strings.HasPrefix(shown, "http://127.") || strings.HasPrefix(shown, "http://[::")
		if !isWeb || strings.ContainsFunc(shown, isNotOfURL) {
			t.Errorf("opens %q", shown)
		}
		placed, err := browserArguments([]string{"b", "--url=%s", "-x"}, address)
		if want := []string{"b", "--url=" + shown, "-x"}; err != nil || !slices.Equal(placed, want) {
			t.Errorf("starts %q, %v, want %q", placed, err, want)
		}
	})
}
