package cache

// denial describes a change of a file that Windows denied.
type denial struct {
	isDirectory        bool // a directory has the name of the file
	isReadOnly         bool // the file has that attribute
	mayChangeDirectory bool // this user may create files in its directory
}

// isForGood reports whether the change will be denied again. It will not if another
// process has the file open, or if the file is about to be removed.
func (d denial) isForGood() bool { return d.isDirectory || d.isReadOnly || !d.mayChangeDirectory }
