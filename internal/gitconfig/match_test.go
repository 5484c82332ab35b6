package gitconfig

import (
	"net/url"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
)

// TestContexts compares which settings of the section "credential" apply to a URL with real
// git: if a user name is set there, it is in git's answer.
func TestContexts(t *testing.T) {
	for _, row := range []struct {
		pattern, address string
		want             bool
	}{
		{"git.corp.example", "https://git.corp.example/a.git", true},
		{"git.corp.example", "http://git.corp.example/a.git", true},
		{"git.corp.example:8443", "https://git.corp.example:8443/a.git", true},
		{"git.corp.example", "https://git.corp.example:8443/a.git", false},
		{"git.corp.example", "https://evil-git.corp.example/a.git", false},
		{"corp.example", "https://git.corp.example/a.git", false},
		{"*.corp.example", "https://git.corp.example/a.git", false},
		{"https://*.corp.example", "https://git.corp.example/a.git", true},
		{"git.corp.example/group/a.git", "https://git.corp.example/group/a.git", true},
		{"git.corp.example/group", "https://git.corp.example/group/a.git", false},
		{"/group/a.git", "https://git.corp.example/group/a.git", true},
		{"https://", "https://git.corp.example/a.git", true},
		{"http://", "https://git.corp.example/a.git", false},
		{"git.corp.example:443", "https://git.corp.example/a.git", false},
		{"b\u00fccher.example", "https://b\u00fccher.example/a.git", true},
		{"https://b\u00fccher.example", "https://b\u00fccher.example/a.git", true},
		{"https://b\u00fccher.example/a", "https://b\u00fccher.example/a.git", false},
		{"", "https://git.corp.example/a.git", true},
		{"g%69t.corp.example", "https://git.corp.example/a.git", true},
	} {
		t.Run(row.pattern+" "+row.address, func(t *testing.T) {
			address, err := url.Parse(row.address)
			if err != nil {
				t.Fatal(err)
			}
			if got := Covers("credential."+row.pattern+".username", address); got != row.want {
				t.Errorf("got %t, want %t", got, row.want)
			}
			if Covers("http."+row.pattern+".proxy", address) != (row.want && strings.Contains(row.pattern, "://*")) {
				t.Error("in another section than \"credential\", what is no whole URL counts")
			}
			write(t, "[credential]\n\thelper = \"!echo password=x; : \"\n[credential \""+row.pattern+"\"]\n\tusername = ada\n", "")
			git := exec.Command("git", "credential", "fill")
			git.Env, git.Stdin = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS="), strings.NewReader("url="+row.address+"\n\n")
			if answer, _ := git.Output(); strings.Contains(string(answer), "username=ada\n") != row.want {
				t.Errorf("the row is wrong: git answers %q", answer)
			}
		})
	}
}

// TestNarrowest: if several settings apply, the most specific one counts. Of git's own
// settings, the last one counts, as in real git.
func TestNarrowest(t *testing.T) {
	write(t, `
[credential "https://git.corp.example"]
	oauthStore = whole
	username = first
[credential "git.corp.example"]
	oauthStore = host
	oauthFlow = host
	username = host
	useHttpPath = true
[credential]
	oauthStore = all
	oauthFlow = all
	oauthTimeout = all
	username = last
	helper = "!echo password=x; : "
`, "")
	address := &url.URL{Scheme: "https", Host: "git.corp.example"}
	got, err := new(Config).ForURL(t.Context(), "credential", address)
	want := Values{"oauthstore": "whole", "oauthflow": "host", "oauthtimeout": "all", "username": "last", "usehttppath": "true"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	git := exec.Command("git", "credential", "fill")
	git.Stdin = strings.NewReader("url=https://git.corp.example/a.git\n\n")
	if answer, err := git.Output(); !strings.Contains(string(answer), "username=last\n") || !strings.Contains(string(answer), "path=a.git\n") {
		t.Errorf("git answers %q, %v", answer, err)
	}
}

// TestAll tests settings with several values, which git collects in its own order.
func TestAll(t *testing.T) {
	write(t, `
[http]
	extraHeader = A: before
	extraHeader =
	extraHeader = A: all
[http "https://git.corp.example"]
	extraHeader = B: host
[http]
	extraHeader = C: too late
[http "https://other.example"]
	extraHeader = D: other
[http "https://git.corp.example/group"]
	extraHeader =
	extraHeader = E: group
`, "[http]\n\textraHeader = F: repository\n")
	for path, want := range map[string][]string{"/oauth/token": {"A: all", "B: host"}, "/group/a.git": {"E: group"}} {
		got, err := new(Config).All(t.Context(), "http", "extraHeader", &url.URL{Scheme: "https", Host: "git.corp.example", Path: path})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, %v, want %q", path, got, err, want)
		}
	}
}

func TestConcerns(t *testing.T) {
	for _, row := range []struct {
		name, pattern, address string
		want                   bool
	}{
		{"a group on it", "https://gitlab.example.com/group", "https://gitlab.example.com", true},
		{"a user of it", "https://me@gitlab.example.com/group", "https://gitlab.example.com", true},
		{"another user", "https://me@gitlab.example.com", "https://you@gitlab.example.com", false},
		{"another group", "https://gitlab.example.com/group", "https://gitlab.example.com/other", false},
		{"a group in it", "https://gitlab.example.com/group/sub", "https://gitlab.example.com/Group", true},
		{"a path without a scheme", "gitlab.example.com/group/a.git", "https://gitlab.example.com", true},
		{"another host", "gitlab.example.org/group/a.git", "https://gitlab.example.com", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			address, err := url.Parse(row.address)
			if err != nil {
				t.Fatal(err)
			}
			if got := Concerns("credential."+row.pattern+".helper", address); got != row.want {
				t.Errorf("got %t, want %t", got, row.want)
			}
		})
	}
}
