package cache

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"slices"

	"golang.org/x/sys/windows"
)

// owner is who owns a file or directory.
type owner struct{ *windows.SID }

// ownerOf finds out who owns a path, if this user may know that.
func ownerOf(path string, _ fs.FileInfo) (whose owner, known bool) {
	descriptor, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return owner{}, false
	}
	sid, _, err := descriptor.Owner()
	return owner{sid}, err == nil && sid != nil
}

// isOurs includes the users that correspond to root elsewhere: what an administrator
// creates belongs to all of them.
func (o owner) isOurs() bool {
	trusted, err := trustedUsers()
	return err == nil && slices.ContainsFunc(trusted, o.Equals)
}

// String returns the user's name, with that of the machine or domain.
func (o owner) String() string {
	account, domain, _, err := o.LookupAccount("")
	if err != nil {
		return o.SID.String()
	}
	return domain + `\` + account
}

// wayOut returns what to do about a file or directory of this owner; "" if nothing can
// be done.
func (o owner) wayOut(path string) string {
	if !isInOurs(path) {
		return ""
	}
	return fmt.Sprintf("move it away, or if it is yours, run as an administrator: takeown /f %s", inShell(path))
}

// isInOurs reports whether a path is in this user's profile, whatever the variables say:
// some directories there belong to the system.
func isInOurs(path string) bool {
	me, err := user.Current()
	return err == nil && isBelow(me.HomeDir, path)
}

// isHomeless is always false: the system knows where the profile is.
func isHomeless(string) bool { return false }

// privateCommand returns how a user makes a path private again.
func privateCommand(path string) string {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return icacls(path, false, `%USERDOMAIN%\%USERNAME%`)
	}
	info, err := os.Stat(path)
	return icacls(path, err == nil && info.IsDir(), "*"+user.User.Sid.String())
}

func inShell(path string) string { return inQuotes(path) }
