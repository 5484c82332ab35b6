package forward

import (
	"net"
	"os"
	"testing"
	"time"

	"git-credential-doorkey/internal/session"
)

// TestListenAcceptsOwnPrograms: Windows tells which program has a connection.
func TestListenAcceptsOwnPrograms(t *testing.T) {
	listener, stop, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	client, err := net.Dial(session.Network, listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	accepted := make(chan error, 1)
	go func() {
		connection, err := listener.Accept()
		if err == nil {
			connection.Close()
		}
		accepted <- err
	}()
	select {
	case err := <-accepted:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Errorf("a connection of this program is not accepted: %+v", tcpTable())
	}
}

func TestProcessAt(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, row := range []struct {
		name     string
		from, to net.Addr
		want     bool
	}{
		{"a connection", client.LocalAddr(), client.RemoteAddr(), true},
		{"from another port", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, client.RemoteAddr(), false},
		{"from another address", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2), Port: client.LocalAddr().(*net.TCPAddr).Port}, client.RemoteAddr(), false},
		{"to another port", client.LocalAddr(), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, false},
		{"over IPv6", &net.TCPAddr{IP: net.IPv6loopback, Port: 1}, client.RemoteAddr(), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			process, found := processAt(row.from, row.to)
			if found != row.want || found && process != uint32(os.Getpid()) {
				t.Errorf("got %d, %t", process, found)
			}
		})
	}
}

func TestIsOwnProcess(t *testing.T) {
	for _, row := range []struct {
		name string
		id   uint32
		want bool
	}{
		{"this one", uint32(os.Getpid()), true},
		{"the system's", 4, false},
		{"none", 1, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := isOwnProcess(row.id); got != row.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
