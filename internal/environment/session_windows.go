package environment

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// OwnSession takes a child out of the console's reach: Ctrl-C and its
// closing go to the processes that are attached to it.
func OwnSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}
