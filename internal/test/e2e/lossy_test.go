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

// lossyProxy is a proxy (CONNECT, RFC 9110) that can lose answers of servers: some
// connections end in the middle of an answer.
type lossyProxy struct {
	address string // "http://127.0.0.1:port"
	losing  atomic.Bool
	lost    atomic.Int64 // number of lost connections
}

// startLossyProxy starts a proxy, which stops at the end of the test.
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

// mostBeforeLoss is more than the size of a TLS handshake and an answer, so the loss can be
// in either of them.
const mostBeforeLoss = 6000

// answer passes the server's bytes on. For every fourth connection, it passes on only the
// beginning.
func (p *lossyProxy) answer(client, server net.Conn) {
	if !p.losing.Load() || rand.N(4) > 0 {
		io.Copy(client, server)
		return
	}
	if n, _ := io.CopyN(client, server, rand.N[int64](mostBeforeLoss)); n < mostBeforeLoss {
		p.lost.Add(1)
	}
}
