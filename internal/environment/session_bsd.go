//go:build !windows && !linux

package environment

func closeOnExec() { closeEachOnExec() }
