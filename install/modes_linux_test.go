package install

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// heedModes removes the superuser's right to write where file modes forbid it. It does so
// in this thread alone, which ends with the test.
func heedModes() error {
	runtime.LockOSThread()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var capabilities [2]unix.CapUserData
	if err := unix.Capget(&header, &capabilities[0]); err != nil {
		return err
	}
	capabilities[0].Effective &^= 1 << unix.CAP_DAC_OVERRIDE
	return unix.Capset(&header, &capabilities[0])
}
