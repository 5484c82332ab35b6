package environment

import (
	"os"

	"golang.org/x/sys/windows"
)

// isInBackground reports whether this is the session of services, and of tasks that run
// whether or not the user is logged in: nobody sees its desktop. OpenSSH's server is in
// it, too.
func isInBackground() bool {
	var session uint32
	err := windows.ProcessIdToSessionId(uint32(os.Getpid()), &session)
	return err == nil && session == 0
}
