//go:build !windows

package environment

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// OwnSession takes a child out of the terminal's reach (setsid(2)). It also keeps
// from all children what this process has inherited beside standard input, output
// and error: a child that outlives git must not hold a lock of the script that ran it.
func OwnSession() *syscall.SysProcAttr {
	closeOnExec()
	return &syscall.SysProcAttr{Setsid: true}
}

// EndsWithTree is so where a program that is ended takes those with it that were
// started below it. A session of its own is enough here.
const EndsWithTree = false

// outOfReach are the ways to start a child that is to outlive git.
func outOfReach() []*syscall.SysProcAttr { return []*syscall.SysProcAttr{OwnSession()} }

// mostDescriptors are looked at one by one, where the system cannot do all at once
// and its limit is no limit.
const mostDescriptors = 4096

// closeEachOnExec marks the descriptors that there are. Of others it is an error,
// which says nothing.
func closeEachOnExec() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		limit.Cur = mostDescriptors
	}
	for descriptor := 3; descriptor < mostDescriptors && uint64(descriptor) < uint64(limit.Cur); descriptor++ {
		unix.FcntlInt(uintptr(descriptor), unix.F_SETFD, unix.FD_CLOEXEC)
	}
}
