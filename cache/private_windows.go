package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// makeDirectory makes a directory, and those above it as they are usual. Access
// to it is not inherited from above, and files in it inherit it.
func makeDirectory(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), privateDirectory); err != nil {
		return err
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	access, err := ownerAlone("OICI")
	if err != nil {
		return err
	}
	err = windows.CreateDirectory(name, access)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	return nil
}

// openNoFollow opens a file, or a directory for reading, never what a link
// points to. Others may rename over it meanwhile, as on other systems.
func openNoFollow(path string, flag int) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	access, err := ownerAlone("")
	if err != nil {
		return nil, err
	}
	rights, disposition := uint32(windows.GENERIC_READ), uint32(windows.OPEN_EXISTING)
	if flag&os.O_WRONLY != 0 {
		rights = windows.GENERIC_WRITE
	}
	if flag&os.O_CREATE != 0 {
		disposition = windows.OPEN_ALWAYS
	}
	var handle windows.Handle
	err = whileBusy(func() error {
		handle, err = windows.CreateFile(name, rights, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, access,
			disposition, windows.FILE_ATTRIBUTE_NORMAL|windows.FILE_FLAG_OPEN_REPARSE_POINT|windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
		return err
	}, func(err error) bool { return errors.Is(err, windows.ERROR_SHARING_VIOLATION) })
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}

// ownerAlone is the access to what the cache makes, set when it is made: this
// user's, and the system's, which indexes and backs up; nothing that a directory
// above hands down ("P"). The flags say what files in a directory inherit.
func ownerAlone(flags string) (*windows.SecurityAttributes, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	owner := user.User.Sid.String()
	descriptor, err := windows.SecurityDescriptorFromString(fmt.Sprintf("O:%sD:P(A;%s;FA;;;%[1]s)(A;%[2]s;FA;;;SY)", owner, flags))
	if err != nil {
		return nil, err
	}
	return &windows.SecurityAttributes{Length: uint32(unsafe.Sizeof(windows.SecurityAttributes{})), SecurityDescriptor: descriptor}, nil
}

// checkPrivate refuses what another user owns or has any access to.
func checkPrivate(file *os.File, _ fs.FileInfo) error {
	descriptor, err := windows.GetSecurityInfo(windows.Handle(file.Fd()), windows.SE_FILE_OBJECT,
		windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("cannot find out who can read it: %v", err)
	}
	return checkAccess(descriptor)
}

func checkAccess(descriptor *windows.SECURITY_DESCRIPTOR) error {
	trusted, err := trustedUsers()
	if err != nil {
		return err
	}
	whose, _, err := descriptor.Owner()
	switch {
	case err != nil || whose == nil:
		return errNotPrivate
	case !slices.ContainsFunc(trusted, whose.Equals):
		return foreignError{owner{whose}}
	}
	// No list at all opens a file to everybody.
	list, _, err := descriptor.DACL()
	if err != nil || list == nil {
		return errNotPrivate
	}
	for i := range uint32(list.AceCount) {
		if !harmless(list, i, trusted) {
			return errNotPrivate
		}
	}
	return nil
}

// harmless reports whether an entry of an access list gives nothing to anybody
// else than the trusted. An entry of a kind that is not known may give anything.
func harmless(list *windows.ACL, number uint32, trusted []*windows.SID) bool {
	var entry *windows.ACCESS_ALLOWED_ACE
	if err := windows.GetAce(list, number, &entry); err != nil {
		return false
	}
	switch entry.Header.AceType {
	case windows.ACCESS_DENIED_ACE_TYPE:
		return true
	case windows.ACCESS_ALLOWED_ACE_TYPE:
		return slices.ContainsFunc(trusted, (*windows.SID)(unsafe.Pointer(&entry.SidStart)).Equals)
	}
	return false
}

// trustedUsers are this user and those who are to Windows what root is elsewhere:
// the system, and the administrators, to whom every profile is open.
func trustedUsers() ([]*windows.SID, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	trusted := []*windows.SID{user.User.Sid}
	// The creator-owner stands in a list for whoever will make a file there.
	for _, known := range []windows.WELL_KNOWN_SID_TYPE{windows.WinLocalSystemSid, windows.WinBuiltinAdministratorsSid, windows.WinCreatorOwnerSid} {
		sid, err := windows.CreateWellKnownSid(known)
		if err != nil {
			return nil, err
		}
		trusted = append(trusted, sid)
	}
	return trusted, nil
}

// replaceFile renames a file over another one of the same directory. os.Root
// does that as POSIX has it, also while readers have the other one open, where
// the file system knows how (NTFS since Windows 10).
func replaceFile(from, to string) error {
	return changeIn(to, func(directory *os.Root, name string) error { return directory.Rename(filepath.Base(from), name) })
}

// removeFile removes a file, which readers may have open: its name is free at
// once, where the file system knows how (as for replaceFile).
func removeFile(path string) error { return changeIn(path, (*os.Root).Remove) }

// changeIn changes a directory at a name in it.
func changeIn(path string, change func(directory *os.Root, name string) error) error {
	directory, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer directory.Close()
	return whileBusy(func() error { return change(directory, filepath.Base(path)) }, func(err error) bool {
		return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED) && !denialOf(path).isForGood()
	})
}

// denialOf looks at a path after its change was denied.
func denialOf(path string) denial {
	found := denial{mayChangeDirectory: true}
	if name, err := windows.UTF16PtrFromString(path); err == nil {
		if attributes, err := windows.GetFileAttributes(name); err == nil {
			found.isDirectory = attributes&windows.FILE_ATTRIBUTE_DIRECTORY != 0
			found.isReadOnly = attributes&windows.FILE_ATTRIBUTE_READONLY != 0
		}
	}
	const addFile = 0x2 // FILE_ADD_FILE
	name, err := windows.UTF16PtrFromString(filepath.Dir(path))
	if err != nil {
		return found
	}
	handle, err := windows.CreateFile(name, addFile, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil,
		windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err == nil {
		windows.CloseHandle(handle)
	}
	found.mayChangeDirectory = !errors.Is(err, windows.ERROR_ACCESS_DENIED)
	return found
}

// busyPatience is how long a file may be in somebody's hands, such as a virus
// scanner's. What is to be written may have been got for a refresh token that is
// spent.
const busyPatience = 10 * time.Second

// whileBusy repeats what is refused because another process has the file open.
func whileBusy(do func() error, isBusy func(error) bool) error {
	for end := time.Now().Add(busyPatience); ; time.Sleep(5 * time.Millisecond) {
		err := do()
		if err == nil || !isBusy(err) || time.Now().After(end) {
			return err
		}
	}
}

// syncDirectory is not needed: NTFS journals renames and removals.
func syncDirectory(string) {}
