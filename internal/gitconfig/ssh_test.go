package gitconfig

import "testing"

func TestParseSSH(t *testing.T) {
	for _, row := range []struct{ name, address, https, prefix string }{
		{"the form of scp", "git@gitlab.example.com:group/project.git", "https://gitlab.example.com/group/project.git", "git@gitlab.example.com:"},
		{"without a user", "gitlab.example.com:group/project.git", "https://gitlab.example.com/group/project.git", "gitlab.example.com:"},
		{"a URL", "ssh://git@gitlab.example.com/group/project.git", "https://gitlab.example.com/group/project.git", "ssh://git@gitlab.example.com/"},
		{"a URL with a port", "ssh://git@gitlab.example.com:2222/group/project.git", "https://gitlab.example.com/group/project.git", "ssh://git@gitlab.example.com:2222/"},
		{"an old form of URL", "git+ssh://git@h.example/p.git", "https://h.example/p.git", "git+ssh://git@h.example/"},
		{"a slash before the path", "git@h.example:/p.git", "https://h.example/p.git", "git@h.example:"},
		{"a URL with a password", "ssh://ada:hush@h.example/p.git", "https://h.example/p.git", ""},
		{"https", "https://gitlab.example.com/p.git", "", ""},
		{"a directory", "/srv/git/project.git", "", ""},
		{"a directory with a colon", "./a:b/project.git", "", ""},
		{"a directory on Windows", `C:\git\project.git`, "", ""},
		{"a password without a scheme", "ada:hush@h.example/p.git", "", ""},
		{"no path", "ssh://git@h.example", "", ""},
		{"the home of a user", "git@h.example:~ada/p.git", "", ""},
		{"nothing", "", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, is := ParseSSH(row.address)
			if is != (row.https != "") || is && (got.HTTPS() != row.https || got.Prefix != row.prefix) {
				t.Errorf("%q is %q with the prefix %q, want %q with %q", row.address, got.HTTPS(), got.Prefix, row.https, row.prefix)
			}
		})
	}
}

func TestRemoteOverSSH(t *testing.T) {
	write(t, "", "")
	if got, is, err := RemoteOverSSH(t.Context()); is || err != nil {
		t.Errorf("without a remote: got %+v, %v", got, err)
	}
	git(t, "remote", "add", "origin", "git@h.example:p.git")
	if got, is, err := RemoteOverSSH(t.Context()); !is || err != nil || got.Remote != "origin" || got.HTTPS() != "https://h.example/p.git" {
		t.Errorf("got %+v, %v", got, err)
	}
	git(t, "remote", "set-url", "origin", "https://h.example/p.git")
	git(t, "config", "url.git@h.example:.insteadOf", "https://h.example/")
	if got, is, err := RemoteOverSSH(t.Context()); !is || err != nil || got.Remote != "" {
		t.Errorf("by insteadOf: got %+v, %v", got, err)
	}
}
