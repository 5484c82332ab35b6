package e2e

import (
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/test/proxy"
)

// proxyOf is the key of a script's proxy.
type proxyOf struct{ *proxy.Proxy }

// proxyCommand is the command of the real proxies:
//
//	proxy start http|socks   a proxy that requires a user name and a password
//	proxy count N            fail unless it has connected N times
//
// start sets $PROXY_HOST, $PROXY_USER and $PROXY_PASSWORD.
func proxyCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: proxy start http|socks; proxy count N")
	}
	running := ts.Value(proxyOf{}).(*proxyOf)
	switch args[0] {
	case "start":
		start := map[string]func() *proxy.Proxy{
			"http":  func() *proxy.Proxy { return proxy.StartHTTP(test(ts)) },
			"socks": func() *proxy.Proxy { return proxy.StartSOCKS(test(ts)) },
		}[args[1]]
		running.Proxy = start()
		ts.Setenv("PROXY_HOST", running.Host)
		ts.Setenv("PROXY_USER", proxy.User)
		ts.Setenv("PROXY_PASSWORD", proxy.Password)
	case "count":
		want, err := strconv.Atoi(args[1])
		ts.Check(err)
		if got := running.Connections(); got != want {
			ts.Fatalf("the proxy has connected %d times, want %d", got, want)
		}
	default:
		ts.Fatalf("proxy %s: unknown", args[0])
	}
}
