//go:build !windows

package forward

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"git-credential-doorkey/internal/session"
)

// directoryOf is the prefix of the name of a session's directory.
const directoryOf = "doorkey-ssh-"

// parent returns where the directories of sessions are: the directory for temporary files,
// or /tmp if the path of a socket would be too long there. macOS and the BSDs allow 103 bytes.
func parent() string {
	const longest, most = 103, len("/" + directoryOf + "4294967295/s")
	if temporary := os.TempDir(); len(temporary)+most <= longest {
		return temporary
	}
	return "/tmp"
}

// listen makes a socket in a directory that only this user can open.
func listen() (listener net.Listener, stop func(), err error) {
	removeStale()
	directory, err := os.MkdirTemp(parent(), directoryOf) // mode 0700
	if err != nil {
		return nil, nil, err
	}
	stop = func() { os.RemoveAll(directory) }
	if listener, err = net.Listen(session.Network, filepath.Join(directory, "s")); err != nil {
		stop()
		return nil, nil, fmt.Errorf("cannot listen for git on the other machine: %v", err)
	}
	return listener, stop, nil
}

// removeStale removes the directories of sessions whose doorkey was killed: nothing answers
// at their sockets. It looks only at directories like those that listen makes, because
// other users can make directories in the same place.
func removeStale() {
	sockets, _ := filepath.Glob(filepath.Join(parent(), directoryOf+"*", "s"))
	for _, socket := range sockets {
		if !isPrivate(filepath.Dir(socket)) {
			continue
		}
		connection, err := net.Dial("unix", socket)
		if err == nil {
			connection.Close()
		} else if errors.Is(err, syscall.ECONNREFUSED) {
			os.RemoveAll(filepath.Dir(socket))
		}
	}
}

// isPrivate reports whether a path is a directory with the mode that os.MkdirTemp sets.
func isPrivate(path string) bool {
	directory, err := os.Lstat(path)
	return err == nil && directory.Mode() == os.ModeDir|0o700
}
