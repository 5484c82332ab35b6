package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
)

// proxy is an HTTP proxy that connects every CONNECT (RFC 9110 section 9.3.6) to one
// address. So the practice GitLab has a name that is in no DNS, and a port below 1024, and
// doorkey talks to it as to any other server.
type proxy struct {
	listener net.Listener
	server   *http.Server
}

func startProxy(to string) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { connect(w, r, to) })}}
	go p.server.Serve(listener)
	return p, nil
}

func (p *proxy) url() string { return "http://" + p.listener.Addr().String() }

func (p *proxy) close() error { return p.server.Close() }

// connect answers one request. The connection transports bytes in both directions until one
// end closes it.
func connect(w http.ResponseWriter, r *http.Request, to string) {
	if r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT is answered", http.StatusMethodNotAllowed)
		return
	}
	server, err := net.Dial("tcp", to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	fmt.Fprint(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		io.Copy(server, buffered)
		server.Close()
	}()
	io.Copy(client, server)
}
