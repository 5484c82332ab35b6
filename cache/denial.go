package cache

// denial is what can be known of a change of a file that Windows has denied.
type denial struct {
	isDirectory        bool // in the place of the file
	isReadOnly         bool // the file has that attribute
	mayChangeDirectory bool // this user may make files in its directory
}

// isForGood reports whether a change is denied in the same way each time. It is not
// where another process has the file open, or it is about to be removed.
func (d denial) isForGood() bool { return d.isDirectory || d.isReadOnly || !d.mayChangeDirectory }
