package cache

import (
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// TestNobodyIsToldToTakeOverTheSystem: doorkey suggests takeown only inside the user's
// profile.
func TestNobodyIsToldToTakeOverTheSystem(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	other, err := windows.StringToSid("S-1-5-21-1-2-3-1234")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, path string
		want       bool
	}{
		{"the state directory", filepath.Join(me.HomeDir, "AppData", "Local", "git-credential-doorkey"), true},
		{"one above it", filepath.Join(me.HomeDir, "AppData"), true},
		{"the same, in other letters", strings.ToUpper(filepath.Join(me.HomeDir, "AppData")), true},
		{"the profile", me.HomeDir, false},
		{"where the profiles are", filepath.Dir(me.HomeDir), false},
		{"another's profile", me.HomeDir + "2", false},
		{"the drive", `C:\`, false},
		{"another drive", `D:\state`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := owner{other}.wayOut(row.path)
			if strings.Contains(got, `takeown /f "`+row.path+`"`) != row.want || (got == "") == row.want {
				t.Errorf("got %q, want takeown %t", got, row.want)
			}
		})
	}
}
