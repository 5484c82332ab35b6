package fakegitlab

import "testing"

func TestRedirectAllowed(t *testing.T) {
	for _, test := range []struct {
		name       string
		registered string
		given      string
		want       bool
	}{
		{"the same", "https://example.com/back?a=b", "https://example.com/back?a=b", true},
		{"any port of a loopback address", "http://127.0.0.1/", "http://127.0.0.1:40123/", true},
		{"another port than the registered one", "http://127.0.0.1:7171/", "http://127.0.0.1:40123/", true},
		{"no port where one is registered", "http://127.0.0.1:7171/", "http://127.0.0.1/", true},
		{"any port of the IPv6 loopback address", "http://[::1]/", "http://[::1]:40123/", true},
		{"localhost with the registered port", "http://localhost:7171/", "http://localhost:7171/", true},
		{"localhost with another port", "http://localhost/", "http://localhost:40123/", false},
		{"localhost where 127.0.0.1 is registered", "http://127.0.0.1/", "http://localhost:40123/", false},
		{"another loopback address", "http://127.0.0.1/", "http://127.0.0.2:40123/", false},
		{"IPv6 where IPv4 is registered", "http://127.0.0.1/", "http://[::1]:40123/", false},
		{"no path where a slash is registered", "http://127.0.0.1/", "http://127.0.0.1:40123", false},
		{"a slash where no path is registered", "http://127.0.0.1", "http://127.0.0.1:40123/", false},
		{"another path", "http://127.0.0.1/", "http://127.0.0.1:40123/callback", false},
		{"another scheme", "http://127.0.0.1/", "https://127.0.0.1:40123/", false},
		{"a query", "http://127.0.0.1/", "http://127.0.0.1:40123/?a=b", false},
		{"a fragment", "http://127.0.0.1/", "http://127.0.0.1:40123/#a", false},
		{"a user", "http://127.0.0.1/", "http://user@127.0.0.1:40123/", false},
		{"another port that is no loopback's", "https://example.com/", "https://example.com:444/", false},
		{"nothing", "http://127.0.0.1/", "", false},
		{"no address", "http://127.0.0.1/", "http://127.0.0.1:x/", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := redirectAllowed([]string{"https://other.example/", test.registered}, test.given, false); got != test.want {
				t.Errorf("redirectAllowed(%q, %q) is %t", test.registered, test.given, got)
			}
		})
	}
}

func TestRedirectAllowedWhereItIsFixed(t *testing.T) {
	for given, want := range map[string]bool{
		"http://localhost:34106/": true, "http://localhost:34106/callback": true,
		"http://localhost:40123/": false, "http://127.0.0.1:34106/": false, "http://localhost/": false,
	} {
		if got := redirectAllowed([]string{"http://localhost:34106/"}, given, true); got != want {
			t.Errorf("redirectAllowed(%q) is %t", given, got)
		}
	}
}
