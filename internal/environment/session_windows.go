package environment

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// EndsWithTree is so where a program that is ended takes those with it that were
// started below it: MSYS ends all whose chain of parents leads to a program that gets
// its signal, or whose terminal (mintty) is closed. A session stops neither.
const EndsWithTree = true

// OwnSession takes a child out of the console's reach: Ctrl-C and its
// closing go to the processes that are attached to it.
func OwnSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}

// outOfReach are the ways to start a child that is to outlive git, the best first: out
// of the job, which may end all in it when it is closed, where the job allows that.
func outOfReach() []*syscall.SysProcAttr {
	outOfJob := OwnSession()
	outOfJob.CreationFlags |= windows.CREATE_BREAKAWAY_FROM_JOB
	return []*syscall.SysProcAttr{outOfJob, OwnSession()}
}
