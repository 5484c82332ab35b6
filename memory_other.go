//go:build !linux

package main

// keepMemoryPrivate does nothing: macOS and Windows write no core dump unless
// somebody has asked for it, and guard the memory of processes themselves.
func keepMemoryPrivate() {}
