package install

import (
	"reflect"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// TestInstallAgain tests files that were changed after the first install.
func TestInstallAgain(t *testing.T) {
	parts.Long(t)
	for _, row := range []struct {
		name, now, want string
		others          []string
	}{
		{name: "moved by the person", now: written + user, want: written + user},
		{name: "settings of others after it", now: written + "[alias]\n\tx = y\n", want: written + "[alias]\n\tx = y\n"},
		{name: "another helper after it", now: user + written + "[credential]\n\thelper = store\n",
			want: user + "[credential]\n\thelper = store\n" + written},
		{name: "another helper in its section, as git config --add puts it", now: user + written + "\thelper = store\n",
			want: user + "[credential]\n\thelper = store\n" + written},
		{name: "a reset after it", now: user + written + "[credential]\n\thelper =\n",
			want: user + "[credential]\n\thelper =\n" + written},
		{name: "a helper in an include after it", now: written + "[include]\n\tpath = more\n",
			want: "[include]\n\tpath = more\n" + written},
		{name: "doorkey by hand after it", now: written + "[credential]\n\thelper = doorkey\n",
			want: written + "[credential]\n\thelper = doorkey\n"},
		{name: "a helper of one host after it", now: written + "[credential \"https://dev.example.com\"]\n\thelper = store\n",
			want: written + "[credential \"https://dev.example.com\"]\n\thelper = store\n", others: []string{"store"}},
		{name: "a helper of one host after it, reset", now: written + "[credential \"https://dev.example.com\"]\n\thelper = store\n\thelper =\n",
			want: written + "[credential \"https://dev.example.com\"]\n\thelper = store\n\thelper =\n"},
		{name: "twice, by copying", now: written + user + written, want: user + written},
		{name: "twice and nothing else", now: written + written, want: written},
		{name: "the program was not on PATH then", now: user + strings.Replace(written, "= doorkey", "= /opt/git-credential-doorkey", 1) + "[a]\n\tb = c\n",
			want: user + written + "[a]\n\tb = c\n"},
		{name: "the program had a strange path then", now: strings.Replace(written, "= doorkey", `= "!'/my \"tools\"/git-credential-doorkey'"`, 1),
			want: written},
		{name: "other line ends by an editor", now: withCRLF(user + written), want: withCRLF(user + written)},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.write("more", "[credential]\n\thelper = included\n")
			m.write(".gitconfig", row.now)
			change := m.dryThenReal(Install, m.options(), ".gitconfig", row.want)
			if got := values(change.Others); !reflect.DeepEqual(got, row.others) {
				t.Errorf("others %q, want %q", got, row.others)
			}
		})
	}
}

// TestInstallAgainBesideARepository: install does not move the block because of a helper in
// another scope. That would not help.
func TestInstallAgainBesideARepository(t *testing.T) {
	m := newMachine(t)
	m.mustGit("init", "-q")
	m.mustGit("config", "credential.helper", "store")
	m.write(".gitconfig", written+user)
	change := m.dryThenReal(Install, m.options(), ".gitconfig", written+user)
	if got := values(change.Others); !reflect.DeepEqual(got, []string{"store"}) {
		t.Errorf("others %q, want the repository's", got)
	}
}

// TestUninstallAfterEdits tests files that were changed after the install.
func TestUninstallAfterEdits(t *testing.T) {
	parts.Long(t)
	for _, row := range []struct {
		name, now, want string
	}{
		{"moved by the person", written + user, user},
		{"in the middle", user + written + "[a]\n\tb = c\n", user + "[a]\n\tb = c\n"},
		{"in the middle of a file without final newline", user + written + "[a]\n\tb = c", user + "[a]\n\tb = c"},
		{"settings in its section, as git config puts them", user + written + "\tuseHttpPath = true\n", user + "[credential]\n\tuseHttpPath = true\n"},
		{"settings in its section after a comment", written + "# why\n\n\tuseHttpPath = true\n", "[credential]\n# why\n\n\tuseHttpPath = true\n"},
		{"only a comment in its section", user + written + "# the end\n", user + "# the end\n"},
		{"another section on the next line", written + "[user] name = A\n", "[user] name = A\n"},
		{"line ends by an editor", withCRLF(user + written), withCRLF(user)},
		{"twice, by copying", written + user + written, user},
		{"no install", "[credential]\n\thelper =\n\thelper = doorkey\n", "[credential]\n\thelper =\n\thelper = doorkey\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.write(".gitconfig", row.now)
			m.dryThenReal(Uninstall, m.options(), ".gitconfig", row.want)
		})
	}
}

func TestEditedByHand(t *testing.T) {
	for _, row := range []struct {
		name, now, lines string
	}{
		{"another helper", user + strings.Replace(written, "= doorkey", "= store", 1), "lines 3 to 7"},
		{"an argument", user + strings.Replace(written, "= doorkey", "= doorkey --flow device", 1), "lines 3 to 7"},
		{"an argument to a path", strings.Replace(written, "= doorkey", "= /opt/git-credential-doorkey --flow device", 1), "lines 1 to 5"},
		{"no reset", strings.Replace(written, "\thelper =\n", "", 1), "lines 1 to 4"},
		{"a line in between", strings.Replace(written, "\thelper =\n", "\thelper =\n\thelper = store\n", 1), "lines 1 to 5"},
		{"spaces for tabs", strings.ReplaceAll(written, "\t", "    "), "lines 1 to 5"},
		{"the comment alone", strings.Join(strings.SplitAfter(written, "\n")[:2], "") + user, "lines 1 to 4"},
		{"another comment", strings.Replace(written, "the tokens", "my tokens", 1), "lines 1 to 5"},
		{"another section", strings.Replace(written, "[credential]", "[http]", 1), "lines 1 to 5"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.write(".gitconfig", row.now)
			_, errInstall := Install(t.Context(), m.options())
			_, errUninstall := Uninstall(t.Context(), m.options())
			for _, err := range []error{errInstall, errUninstall} {
				if err == nil || !strings.Contains(err.Error(), row.lines) || !strings.Contains(err.Error(), m.path(".gitconfig")) {
					t.Errorf("got %v, want the file and %s", err, row.lines)
				}
			}
			m.expect(".gitconfig", row.now)
		})
	}
}

// TestEditedBlockOfAnotherHost: an edited block of another host does not matter.
func TestEditedBlockOfAnotherHost(t *testing.T) {
	edited := strings.Replace(strings.Replace(written, "[credential]", `[credential "https://a.example"]`, 1), "= doorkey", "= store", 1)
	m := newMachine(t)
	m.write(".gitconfig", edited)
	m.roundTrip(m.options(), ".gitconfig", edited, edited+written)
}

// FuzzBlock writes a block at the end of a file with any content, and removes it again.
func FuzzBlock(f *testing.F) {
	for _, seed := range []string{"", "\n", user, withCRLF(user), "\r", "a\r", "a\\", written, bare, withCRLF(written)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		earlier := findBlocks(data)
		installed := appendBlock(data, true, blockLines("[credential]", shortName))
		blocks := findBlocks(installed)
		if len(blocks) != len(earlier)+1 || !blocks[len(earlier)].intact() {
			t.Fatalf("in %q the block is not found", installed)
		}
		if rest, removed := blocks[len(earlier)].cut(installed); string(rest) != string(data) || len(removed) != 5 {
			t.Errorf("%q became %q", data, rest)
		}
	})
}
