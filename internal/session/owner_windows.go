package session

// isOwn is never so: no sshd of Windows forwards Unix sockets.
func isOwn(string) bool { return false }
