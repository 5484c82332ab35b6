package secret

import "testing"

func TestHideIn(t *testing.T) {
	for _, row := range []struct{ name, given, want string }{
		{"nothing to hide", "https://gitlab.example.com/group/project.git", "https://gitlab.example.com/group/project.git"},
		{"a host alone", "gitlab.example.com:8443", "gitlab.example.com:8443"},
		{"SSH, as git has it", "git@gitlab.example.com:group/project.git", "git@gitlab.example.com:group/project.git"},
		{"the beginning of that", "git@gitlab.example.com:", "git@gitlab.example.com:"},
		{"SSH as a URL", "ssh://git@gitlab.example.com/p.git", "ssh://git@gitlab.example.com/p.git"},
		{"a user name, which may be a token", "https://hush@gitlab.example.com/p", "https://…@gitlab.example.com/p"},
		{"a password", "https://ada:hush@gitlab.example.com/p", "https://…@gitlab.example.com/p"},
		{"a password of git's", "https://git:hush@gitlab.example.com/p", "https://…@gitlab.example.com/p"},
		{"without a scheme", "ada:hush@gitlab.example.com", "…@gitlab.example.com"},
		{"another scheme", "ftp://ada:hush@gitlab.example.com", "ftp://…@gitlab.example.com"},
		{"a percent sign in the password", "https://ada:hu%sh@gitlab.example.com", "https://…@gitlab.example.com"},
		{"a number sign in it", "https://ada:hu#sh@gitlab.example.com", "https://…@gitlab.example.com"},
		{"a question mark in it", "https://ada:hu?sh@gitlab.example.com", "https://…@gitlab.example.com"},
		{"a slash in it", "https://ada:hu/sh@gitlab.example.com", "https://…@gitlab.example.com"},
		{"an at sign in it", "https://ada:hu@sh@gitlab.example.com", "https://…@gitlab.example.com"},
		{"a scheme's end in it", "https://ada:hu://sh@gitlab.example.com", "https://…@gitlab.example.com"},
		{"a line break in it", "https://ada:hu\nsh@gitlab.example.com", "https://…@gitlab.example.com"},
		{"a query", "https://gitlab.example.com/p?private_token=hush", "https://gitlab.example.com/p?…"},
		{"a fragment", "https://gitlab.example.com/p#hush", "https://gitlab.example.com/p#…"},
		{"the key of a setting", "http.https://ada:hush@gitlab.example.com/p.proxy", "http.https://…@gitlab.example.com/p.proxy"},
		{"nothing", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := HideIn(row.given); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
