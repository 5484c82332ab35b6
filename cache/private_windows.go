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

// makeDirectory creates a directory, and its parents with the usual access. It does not
// inherit access from its parent, but its files inherit from it.
func makeDirectory(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), privateDirectory); err != nil {
		return err
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	access, err := ownerOnly("OICI")
	if err != nil {
		return err
	}
	err = windows.CreateDirectory(name, access)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	return nil
}

// openNoFollow opens a file, or a directory for reading, but not the target of a link.
// Others may replace it by a rename meanwhile, as on other systems.
func openNoFollow(path string, flag int) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	access, err := ownerOnly("")
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

// ownerOnly is the access to what the cache creates, set at creation: only this user,
// and the system, which indexes and backs up; nothing is inherited from a parent ("P").
// The flags say what files in a directory inherit.
func ownerOnly(flags string) (*windows.SecurityAttributes, error) {
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

// checkPrivate rejects what another user owns or has any access to.
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
	// Without a list, everyone has access.
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

// harmless reports whether an entry of an access list gives nothing to anyone but the
// trusted users. An entry of an unknown kind may give anything.
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

// trustedUsers returns this user and the users that correspond to root elsewhere: the
// system, and the administrators, who can open every profile.
func trustedUsers() ([]*windows.SID, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	trusted := []*windows.SID{user.User.Sid}
	// In a list, the creator-owner stands for the user who will create a file there.
	for _, known := range []windows.WELL_KNOWN_SID_TYPE{windows.WinLocalSystemSid, windows.WinBuiltinAdministratorsSid, windows.WinCreatorOwnerSid} {
		sid, err := windows.CreateWellKnownSid(known)
		if err != nil {
			return nil, err
		}
		trusted = append(trusted, sid)
	}
	return trusted, nil
}

// replaceFile renames a file over another one in the same directory. os.Root does that
// with POSIX semantics, even while readers have the other file open, if the file system
// supports it (NTFS since Windows 10).
func replaceFile(from, to string) error {
	return changeIn(to, func(directory *os.Root, name string) error { return directory.Rename(filepath.Base(from), name) })
}

// removeFile removes a file that readers may have open: its name is free at once, if the
// file system supports that (as for replaceFile).
func removeFile(path string) error { return changeIn(path, (*os.Root).Remove) }

// changeIn changes a name in a directory.
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

// denialOf examines a path after its change was denied.
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

// busyTimeout is how long another program, such as a virus scanner, may hold a file.
// The data to write may have come from a refresh token that is used up.
const busyTimeout = 10 * time.Second

// whileBusy repeats an operation that fails because another process has the file open.
func whileBusy(do func() error, isBusy func(error) bool) error {
	for end := time.Now().Add(busyTimeout); ; time.Sleep(5 * time.Millisecond) {
		err := do()
		if err == nil || !isBusy(err) || time.Now().After(end) {
			return err
		}
	}
}

// syncDirectory is not needed: NTFS journals renames and removals.
func syncDirectory(string) {}
