//go:build !windows

package main

import "syscall"

// inItsOwnSession takes a child out of the terminal's reach (setsid(2)).
func inItsOwnSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
