package settings

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"git-credential-doorkey/internal/gitconfig"
)

func TestCookiesFor(t *testing.T) {
	const content = "# Netscape HTTP Cookie File\n" +
		"git.example\tFALSE\t/\tTRUE\t0\tsession\ts1\n" +
		"#HttpOnly_.example\tTRUE\t/\tTRUE\t4000000000\tdomain\td1\r\n" +
		"git.example\tFALSE\t/\tTRUE\t1000000000\told\to1\n" +
		"git.example\tFALSE\t/group\tTRUE\t0\tpath\tp1\n" +
		"example\tFALSE\t/\tTRUE\t0\tabove\ta1\n" +
		"other.example\tFALSE\t/\tTRUE\t0\tother\to2\n" +
		"git.example\tFALSE\t/oauth\tFALSE\t0\tplain\tp2\n" +
		"broken\tline\n" +
		"Set-Cookie: header=h1; Domain=git.example; Path=/\n" +
		"Set-Cookie: strange=h2; Domain=git.example.org\n"
	now := time.Unix(1_700_000_000, 0)
	for address, want := range map[string]string{
		"https://git.example/oauth/token":     "session=s1; domain=d1; plain=p2; header=h1",
		"https://GIT.example/group":           "session=s1; domain=d1; path=p1; header=h1",
		"https://evilgit.example/":            "domain=d1",
		"https://git.example.evil/":           "",
		"http://git.example/oauth/token":      "plain=p2; header=h1",
		"https://git.example/oauthx":          "session=s1; domain=d1; header=h1",
		"https://sub.git.example/oauth/token": "domain=d1; header=h1",
	} {
		endpoint, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := cookiesFor(content, endpoint, now); got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}

// TestGatewayIsForTheHost: doorkey sends the settings for a gateway in front of the git
// host only to that host, whatever URL the setting is for. Endpoints on other hosts get
// none of them.
func TestGatewayIsForTheHost(t *testing.T) {
	directory := t.TempDir()
	for name, content := range map[string]string{
		"cookies": "Set-Cookie: a=b\n",
		"config":  "[http]\n\textraHeader = X-All: 1\n\tcookieFile = " + filepath.ToSlash(filepath.Join(directory, "cookies")) + "\n[http \"https://git.example\"]\n\textraHeader = X-Host: 2\n",
	} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(directory, "config"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	reader := Reader{Git: new(gitconfig.Config)}
	for _, row := range []struct {
		name, origin, endpoint string
		want                   []string
	}{
		{"on the host", "https://git.example", "https://git.example/oauth/token", []string{"X-All: 1", "X-Host: 2", "Cookie: a=b"}},
		{"on another host", "https://git.example", "https://login.example/token", nil},
		{"of another host", "https://other.example", "https://git.example/oauth/token", nil},
		{"of no host", "", "https://git.example/oauth/token", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := reader.HTTP(t.Context(), row.origin, row.endpoint)
			if err != nil || len(got.Gateway.Headers) != len(row.want) {
				t.Fatalf("got %d headers, %v, want %q", len(got.Gateway.Headers), err, row.want)
			}
			for i, header := range got.Gateway.Headers {
				if header.Reveal() != row.want[i] || got.Gateway.Origin != row.origin {
					t.Errorf("got %q for %q, want %q", header.Reveal(), got.Gateway.Origin, row.want[i])
				}
			}
		})
	}
}
