package gitconfig

import "testing"

func TestParseVersion(t *testing.T) {
	for _, row := range []struct {
		name, output string
		want         Version
	}{
		{"a release", "git version 2.39.5\n", Version{2, 39}},
		{"Apple's", "git version 2.50.1 (Apple Git-155)\n", Version{2, 50}},
		{"Windows", "git version 2.54.0.windows.1\n", Version{2, 54}},
		{"before a release", "git version 2.55.0-rc1\n", Version{2, 55}},
		{"built from source", "git version 2.55.0.123.gabcdef\n", Version{2, 55}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, err := ParseVersion("git version ", row.output); err != nil || got != row.want {
				t.Errorf("%v, %v; want %v", got, err, row.want)
			}
		})
	}
	for _, output := range []string{"", "hub version 2.14", "git version", "git version two"} {
		if _, err := ParseVersion("git version ", output); err == nil {
			t.Errorf("%q was taken for a version", output)
		}
	}
}

func TestAtLeast(t *testing.T) {
	for _, row := range []struct {
		version Version
		want    bool
	}{{Version{2, 53}, false}, {Version{2, 54}, true}, {Version{2, 100}, true}, {Version{3, 0}, true}, {Version{1, 99}, false}} {
		if got := row.version.AtLeast(2, 54); got != row.want {
			t.Errorf("%v is at least 2.54: %v, want %v", row.version, got, row.want)
		}
	}
}
