//go:build !linux

package secret

// KeepMemoryPrivate does nothing: macOS and Windows write no core dump unless
// somebody has asked for it, and guard the memory of processes themselves.
func KeepMemoryPrivate() {}
