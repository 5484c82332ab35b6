//go:build !windows

package environment

import "syscall"

// OwnSession takes a child out of the terminal's reach (setsid(2)).
func OwnSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
