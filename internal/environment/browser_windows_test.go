package environment

import (
	"os"
	"path/filepath"
	"testing"
)

// TestBatchFileIsNoBrowser: Windows itself finds the batch file, and adds the missing
// extension.
func TestBatchFileIsNoBrowser(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "a b")
	if err := os.Mkdir(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"open.cmd", "start.bat", "browser.exe"} {
		if err := os.WriteFile(filepath.Join(directory, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		name, variable string
		used           bool
	}{
		{"a batch file", `"` + directory + `\open.cmd"`, false},
		{"another kind of batch file", `"` + directory + `\start.bat" %s`, false},
		{"a batch file without its ending", `"` + directory + `\open"`, false},
		{"cmd.exe", `cmd /c start`, false},
		{"a program, in quotes", `"` + directory + `\browser.exe" %s`, true},
		{"a program, without quotes", directory + `\browser.exe`, true},
		{"a program without its ending", directory + `\browser`, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("BROWSER", row.variable)
			command := Detect("").chosenBrowsers()
			usable := Detect("").firstProgram(command...)
			if (usable != nil) != row.used {
				t.Errorf("BROWSER=%s starts %q", row.variable, usable)
			}
		})
	}
}
