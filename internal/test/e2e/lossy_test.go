package e2e

import (
	"bufio"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
)

// lossyProxy is a proxy (CONNECT, RFC 9110) that can lose what servers answer: some
// connections end in the middle of it.
type lossyProxy struct {
	address string // "http://127.0.0.1:port"
	losing  atomic.Bool
	lost    atomic.Int64 // connections
}

// startLossyProxy starts one, which ends with the test.
func startLossyProxy(t *testing.T) *lossyProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	p := &lossyProxy{address: "http://" + listener.Addr().String()}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

func (p *lossyProxy) serve(client net.Conn) {
	defer client.Close()
	reader := bufio.NewReader(client)
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect {
		return
	}
	server, err := net.Dial("tcp", request.Host)
	if err != nil {
		io.WriteString(client, "HTTP/1.1 502 Bad Gateway\r\n\r\n")
		return
	}
	defer server.Close()
	io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		io.Copy(server, reader)
		server.Close()
	}()
	p.answer(client, server)
}

// mostBeforeLoss is more than a TLS handshake and an answer: the loss meets either.
const mostBeforeLoss = 6000

// answer passes on what the server says: of every fourth connection, only the beginning.
func (p *lossyProxy) answer(client, server net.Conn) {
	if !p.losing.Load() || rand.N(4) > 0 {
		io.Copy(client, server)
		return
	}
	if n, _ := io.CopyN(client, server, rand.N[int64](mostBeforeLoss)); n < mostBeforeLoss {
		p.lost.Add(1)
	}
}
