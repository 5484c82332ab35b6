package parts

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// FreePort returns a port of 127.0.0.1 on which nothing listens, for a program that
// needs a fixed port. It is below the ports that systems assign automatically (Linux
// from 32768, others from 49152), so that no other program gets it before this one
// listens there.
func FreePort(t testing.TB) string {
	t.Helper()
	const lowest, below, tries = 20000, 32000, 100
	var err error
	for range tries {
		port := strconv.Itoa(lowest + rand.IntN(below-lowest))
		var listener net.Listener
		if listener, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
			listener.Close()
			return port
		}
	}
	t.Fatalf("no port is free: %v", err)
	return ""
}
