package cache

import "testing"

func TestICACLS(t *testing.T) {
	const user = "*S-1-5-21-1-2-3-1001"
	for _, row := range []struct {
		name, path  string
		isDirectory bool
		want        string
	}{
		{"a directory", `D:\my state`, true, `icacls "D:\my state" /reset` + "\n" +
			`in PowerShell or cmd.exe, and then run: icacls "D:\my state" /inheritance:r /grant:r "*S-1-5-21-1-2-3-1001:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F"`},
		{"a file, of which nothing inherits", `D:\a.json`, false, `icacls "D:\a.json" /reset` + "\n" +
			`in PowerShell or cmd.exe, and then run: icacls "D:\a.json" /inheritance:r /grant:r "*S-1-5-21-1-2-3-1001:F" "*S-1-5-18:F"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := icacls(row.path, row.isDirectory, user); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}
