package main

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"rsc.io/qr"

	"git-credential-doorkey/internal/test/parts"

	// The packages that main.go uses, so that "go test" runs these tests again after a
	// change in the program.
	_ "git-credential-doorkey/internal/doctor"
	_ "git-credential-doorkey/internal/setup"
)

func TestMain(m *testing.M) {
	parts.Undisturbed()
	os.Exit(m.Run())
}

// TestPictureIsCurrent draws the picture again.
func TestPictureIsCurrent(t *testing.T) {
	parts.Long(t)
	if runtime.GOOS != "linux" {
		t.Skip("the picture is drawn on Linux")
	}
	parts.Go(t)
	parts.Program(t, "tmux", "apt-get install tmux")
	drawn, err := picture(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if drawn != kept(t) {
		t.Errorf("%s is not what doorkey shows now; run: go run ./internal/tool/picture", path)
	}
}

// kept returns the picture in the repository.
func kept(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(parts.Repository(t), filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestCodeCanBeScanned: the modules in the picture are squares, and encode the address that
// the practice GitLab returns.
func TestCodeCanBeScanned(t *testing.T) {
	code, err := qr.Encode("https://"+host+"/oauth/device?user_code="+userCode, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	picture := kept(t)
	left, top := corner(t, picture)
	black := blackModules(t, picture)
	for y := range code.Size {
		for x := range code.Size {
			if is, want := black[place{left + x*width, top + y*width}], code.Black(x, y); is != want {
				t.Fatalf("module %d, %d: black %v, want %v", x, y, is, want)
			}
		}
	}
}

// place is the position of the upper left corner of a module.
type place struct{ x, y int }

// corner returns where the code starts, after the white margin of four modules.
func corner(t *testing.T, picture string) (x, y int) {
	t.Helper()
	found := regexp.MustCompile(`class="paper" x="(\d+)" y="(\d+)"`).FindStringSubmatch(picture)
	if found == nil {
		t.Fatal("the picture has no QR code")
	}
	return number(t, found[1]) + 4*width, number(t, found[2]) + 4*width
}

// blackModules splits the runs of black modules.
func blackModules(t *testing.T, picture string) map[place]bool {
	t.Helper()
	black := make(map[place]bool)
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z`).FindAllStringSubmatch(picture, -1) {
		if number(t, run[4]) != width || run[3] != run[5] {
			t.Errorf("%s is not a run of squares", run[0])
		}
		for offset := 0; offset < number(t, run[3]); offset += width {
			black[place{number(t, run[1]) + offset, number(t, run[2])}] = true
		}
	}
	return black
}

func number(t *testing.T, digits string) int {
	t.Helper()
	n, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFixed(t *testing.T) {
	for _, test := range []struct{ name, screen, want string }{
		{"a path of the home", "/tmp/d042/.gitconfig: changed", "/home/ada/.gitconfig: changed"},
		{"a path of the home that a line breaks", "in /tmp/\nd042/.gitconfig", "in /home\n/ada/.gitconfig"},
		{"another path", "/tmp/d0421", "/tmp/d0421"},
		{"an older git", "note     git: 2.39 works\n         hint: from 2.41 on\n               more\nok       next\n", "ok       git: 2.54\nok       next\n"},
		{"a newer git", "ok       git: 2.60\nok       next\n", "ok       git: 2.54\nok       next\n"},
		{"the version", "/home/ada/.local/bin/git-credential-doorkey, (devel)", "/home/ada/.local/bin/git-credential-doorkey, v1.0.0"},
		{"a fingerprint", "(fingerprint 0123456789abcdef)", "(fingerprint 5f0c8e2a94d17b36)"},
		{"a fingerprint in the next line", "(fingerprint\n         0123456789abcdef)", "(fingerprint\n         5f0c8e2a94d17b36)"},
		{"a time", "expires 2031-12-31 23:59 (in 1h59m), renews", "expires 2026-03-02 16:30 (in 2h0m), renews"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := fixed(test.screen); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestDraw(t *testing.T) {
	lines, err := read("$ say <this>\n  below it  \n\x1b[30m\x1b[107m █▀\n\x1b[39m\x1b[49m\n$ \n\n")
	if err != nil {
		t.Fatal(err)
	}
	drawn := draw(lines)
	for _, want := range []string{
		`<text class="command" x="20" y="32" textLength="96" lengthAdjust="spacingAndGlyphs">$ say &lt;this&gt;</text>`,
		`<text x="36" y="48" textLength="64" lengthAdjust="spacingAndGlyphs">below it</text>`,
		`<rect class="paper" x="20" y="52" width="24" height="16"/>`,
		`<path class="ink" d="M28 52h16v8h-16zM28 60h8v8h-8z"/>`,
	} {
		if !strings.Contains(drawn, want) {
			t.Errorf("%s is missing in\n%s", want, drawn)
		}
	}
}

// TestReadRefusesColors: a color that doorkey did not use when the picture was made is an
// error, so that the picture does not lose it unnoticed.
func TestReadRefusesColors(t *testing.T) {
	if _, err := read("\x1b[31mred\x1b[39m"); err == nil || !strings.Contains(err.Error(), `"31"`) {
		t.Errorf("error %v", err)
	}
}
