package main

import (
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/proxytest"
)

// proxyOf is where a script keeps its proxy.
type proxyOf struct{ *proxytest.Proxy }

// proxy is the command of the real proxies:
//
//	proxy start http|socks   a proxy that wants a user name and a password
//	proxy count N            fail unless it has connected N times
//
// start sets $PROXY_HOST, $PROXY_USER and $PROXY_PASSWORD.
func proxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: proxy start http|socks; proxy count N")
	}
	proxy := ts.Value(proxyOf{}).(*proxyOf)
	switch args[0] {
	case "start":
		start := map[string]func() *proxytest.Proxy{
			"http":  func() *proxytest.Proxy { return proxytest.StartHTTP(test(ts)) },
			"socks": func() *proxytest.Proxy { return proxytest.StartSOCKS(test(ts)) },
		}[args[1]]
		proxy.Proxy = start()
		ts.Setenv("PROXY_HOST", proxy.Host)
		ts.Setenv("PROXY_USER", proxytest.User)
		ts.Setenv("PROXY_PASSWORD", proxytest.Password)
	case "count":
		want, err := strconv.Atoi(args[1])
		ts.Check(err)
		if got := proxy.Connections(); got != want {
			ts.Fatalf("the proxy has connected %d times, want %d", got, want)
		}
	default:
		ts.Fatalf("proxy %s: unknown", args[0])
	}
}
