package install

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
)

// FuzzHelper: wherever the program is, uninstall recognizes the block that install writes
// for it, and restores the file to the byte.
func FuzzHelper(f *testing.F) {
	f.Add([]byte(user), "/opt", "")
	f.Add([]byte("[a]\r\n\tb = c\r\n"), "/my \"tools\"", ".exe")
	f.Add([]byte{}, "/it'\\''s '", "\xff'")
	f.Add([]byte(written), "C:/Program Files", "-1.2.exe")
	f.Fuzz(func(t *testing.T, data []byte, directory, suffix string) {
		path := directory + "/" + programName + suffix
		if strings.ContainsFunc(path, unicode.IsControl) || strings.Contains(suffix, "/") {
			return // helperFor rejects the first case; the second is another directory
		}
		if !strings.HasPrefix(directory, "/") && !strings.HasPrefix(directory, "C:/") {
			return // a program's path is absolute: git looks for any other path among its commands
		}
		helper := pathHelper(path)
		if !isInstalled(helper) || parseConfigText(configText(helper)) != helper {
			t.Fatalf("%q is not known again, it is read back as %q", helper, parseConfigText(configText(helper)))
		}
		earlier := findBlocks(data)
		installed := appendBlock(data, true, blockLines("[credential]", shortName))
		blocks := findBlocks(installed)
		if len(blocks) != len(earlier)+1 || !blocks[len(earlier)].intact() {
			t.Fatalf("in %q the block is not found", installed)
		}
		moved := blocks[len(earlier)].replaceHelper(installed, helper)
		blocks = findBlocks(moved)
		if len(blocks) != len(earlier)+1 || !blocks[len(earlier)].intact() || blocks[len(earlier)].helper != helper {
			t.Fatalf("in %q the block with another helper is not found", moved)
		}
		if rest, _ := blocks[len(earlier)].cut(moved); !bytes.Equal(rest, data) {
			t.Errorf("%q became %q", data, rest)
		}
	})
}
