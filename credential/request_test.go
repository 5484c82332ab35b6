package credential

import "testing"

func TestURL(t *testing.T) {
	for _, row := range []struct {
		name    string
		request Request
		want    string
	}{
		{"a host", Request{Protocol: "https", Host: "gitlab.example.com"}, "https://gitlab.example.com/"},
		{"a port and a path", Request{Protocol: "https", Host: "gitlab.example.com:8443", Path: "a/b.git"}, "https://gitlab.example.com:8443/a/b.git"},
		{"a user name with an @", Request{Protocol: "https", Host: "h", Username: "ada@work"}, "https://ada%40work@h/"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.request.URL().String(); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}
