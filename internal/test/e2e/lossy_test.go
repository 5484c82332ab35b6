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
	seen    atomic.Int64 // number of connections since it loses answers
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

// answer passes the server's bytes on. While it loses answers, it passes on only the
// beginning for every fourth connection, from the first one on.
func (p *lossyProxy) answer(client, server net.Conn) {
	if !p.losing.Load() || p.seen.Add(1)%4 != 1 {
		io.Copy(client, server)
		return
	}
	if _, err := io.CopyN(client, server, rand.N(p.mostBeforeLoss())); err == nil {
		p.lost.Add(1)
	}
}

// mostBeforeLoss returns how many bytes a connection may get before it is lost: more than a
// TLS handshake and an answer have, so that the loss can be in either of them. Until one is
// lost, it is less than any handshake, so that one is lost in any case.
func (p *lossyProxy) mostBeforeLoss() int64 {
	if p.lost.Load() == 0 {
		return 1000
	}
	return 6000
}
