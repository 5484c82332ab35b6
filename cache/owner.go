package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// errNotPrivate is what checkPrivate says of a file or directory of this user's.
var errNotPrivate = errors.New("other users can read or change it")

// foreignError is what checkPrivate says of one that belongs to somebody else.
type foreignError struct{ owner owner }

func (e foreignError) Error() string { return fmt.Sprintf("it belongs to %v", e.owner) }

// elsewhere is the way out that is always there.
const elsewhere = "or set DOORKEY_STATE_DIR to a directory of your own"

// untrusted says of what checkPrivate refuses why that is so, and the way out, which
// is another one for what belongs to somebody else.
func untrusted(what, path string, err error) error {
	if foreign, is := errors.AsType[foreignError](err); is {
		return fmt.Errorf("%s belongs to %v\n%s\n%s", what, foreign.owner, foreign.owner.wayOut(path), elsewhere)
	}
	return fmt.Errorf("%s: %v\nmove it away, or to take it back, run: %s", what, err, takeBack(path))
}

// denied says of a path that the system does not let doorkey use what is in the
// way, whose that is, and the way out. Other errors stay as they are.
func denied(path string, err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	inTheWay := path
	info, looked := os.Lstat(inTheWay)
	for looked != nil && inTheWay != filepath.Dir(inTheWay) {
		inTheWay = filepath.Dir(inTheWay)
		info, looked = os.Lstat(inTheWay)
	}
	what := fmt.Sprintf(`"%s": permission denied`, path)
	if inTheWay != path {
		what += fmt.Sprintf(` by "%s"`, inTheWay)
	}
	whose, known := ownerOf(inTheWay, info)
	if !known || whose.isOurs() {
		return fmt.Errorf("%s\nsee to it that you may read and write there, %s", what, elsewhere)
	}
	return fmt.Errorf("%s, which belongs to %v\n%s\n%s", what, whose, whose.wayOut(inTheWay), elsewhere)
}
