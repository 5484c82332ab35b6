package cache

import (
	"io/fs"
	"os"
)

// openNoFollow opens a file. The directory is below the user's profile, which
// other users cannot enter.
func openNoFollow(path string, flag int) (*os.File, error) {
	return os.OpenFile(path, flag, privateFile)
}

// checkPrivate has nothing to check in the mode bits of Windows, which are
// made up: access is by the list that the profile hands down.
func checkPrivate(fs.FileInfo) error { return nil }

// syncDirectory is not needed: NTFS journals a rename.
func syncDirectory(string) error { return nil }
