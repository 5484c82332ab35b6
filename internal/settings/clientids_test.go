package settings

import "testing"

func TestClientIDOf(t *testing.T) {
	const two = "https://gitlab.com=lab,https://github.com=Ov23.hub"
	for _, test := range []struct {
		name   string
		list   string
		origin string
		want   string
		fails  bool
	}{
		{"none is built in", "", "https://gitlab.com", "", false},
		{"one", "https://gitlab.com=lab", "https://gitlab.com", "lab", false},
		{"the first of two", two, "https://gitlab.com", "lab", false},
		{"the second of two", two, "https://github.com", "Ov23.hub", false},
		{"another host", two, "https://gitlab.example.com", "", false},
		{"another port", two, "https://gitlab.com:8443", "", false},
		{"with a port", "https://gitlab.example.com:8443=lab", "https://gitlab.example.com:8443", "lab", false},
		{"not without TLS", two, "http://gitlab.com", "", false},
		{"comma at the end", "https://gitlab.com=lab,", "https://gitlab.com", "lab", false},
		{"an ID with an equals sign", "https://gitlab.com=lab=", "https://gitlab.com", "lab=", false},
		{"no ID", "https://gitlab.com=", "https://gitlab.com", "", true},
		{"no host", "lab", "https://gitlab.com", "", true},
		{"a host without https", "gitlab.com=lab", "https://gitlab.com", "", true},
		{"plain http", "http://gitlab.com=lab", "http://gitlab.com", "", true},
		{"a path", "https://gitlab.com/=lab", "https://gitlab.com", "", true},
		{"upper case, which no origin has", "https://GitLab.com=lab", "https://gitlab.com", "", true},
		{"a mistake beside a good pair", "https://gitlab.com=lab,github.com=hub", "https://gitlab.com", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := clientIDOf(test.list, test.origin)
			if got != test.want || (err != nil) != test.fails {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
