//go:build !windows

package environment

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// OwnSession starts a child in its own session, out of the terminal's reach (setsid(2)).
// It also prevents all children from inheriting other descriptors than standard input,
// output and error: a child that outlives git must not hold a lock of the script that
// ran it.
func OwnSession() *syscall.SysProcAttr {
	closeOnExec()
	return &syscall.SysProcAttr{Setsid: true}
}

// EndsWithTree is true on systems where killing a program also kills its descendants.
// Here, a separate session is enough.
const EndsWithTree = false

// outOfReach returns the ways to start a child that should outlive git.
func outOfReach() []*syscall.SysProcAttr { return []*syscall.SysProcAttr{OwnSession()} }

// mostDescriptors are examined one by one if the system cannot mark all at once and its
// limit is unlimited.
const mostDescriptors = 4096

// closeEachOnExec marks the open descriptors. For others this fails, which does not
// matter.
func closeEachOnExec() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		limit.Cur = mostDescriptors
	}
	for descriptor := 3; descriptor < mostDescriptors && uint64(descriptor) < uint64(limit.Cur); descriptor++ {
		unix.FcntlInt(uintptr(descriptor), unix.F_SETFD, unix.FD_CLOEXEC)
	}
}
