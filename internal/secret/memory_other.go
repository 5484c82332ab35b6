//go:build !linux

package secret

// KeepMemoryPrivate does nothing: macOS and Windows write no core dump unless someone
// requests it, and protect the memory of processes themselves.
func KeepMemoryPrivate() {}
