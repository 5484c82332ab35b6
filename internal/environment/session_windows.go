package environment

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// EndsWithTree is true on systems where killing a program also kills its descendants:
// MSYS kills all whose chain of parents leads to a program that gets its signal, or
// whose terminal (mintty) is closed. A session prevents neither.
const EndsWithTree = true

// OwnSession starts a child out of the console's reach: Ctrl-C and closing the console
// affect the processes that are attached to it.
func OwnSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}

// outOfReach returns the ways to start a child that should outlive git, the best first:
// outside the job, which may kill all its processes when it is closed, if the job allows
// that.
func outOfReach() []*syscall.SysProcAttr {
	outOfJob := OwnSession()
	outOfJob.CreationFlags |= windows.CREATE_BREAKAWAY_FROM_JOB
	return []*syscall.SysProcAttr{outOfJob, OwnSession()}
}
