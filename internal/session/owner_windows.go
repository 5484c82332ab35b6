package session

// Network is where doorkey at home listens: no ssh for Windows connects to a Unix socket.
const Network = "tcp"

// isOwn returns false: no sshd for Windows forwards Unix sockets.
func isOwn(string) bool { return false }
