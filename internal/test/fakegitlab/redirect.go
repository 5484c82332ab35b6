package fakegitlab

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// redirectAllowed reports whether the address is one of the registered ones. The text
// must be equal; only the port may differ, if both hosts are loopback addresses.
// "localhost" is a name, so its port may not differ (RFC 8252 section 8.3). With a
// fixed redirect, the address must begin with the registered one.
func redirectAllowed(registered []string, given string, fixed bool) bool {
	if fixed {
		return slices.ContainsFunc(registered, func(one string) bool { return strings.HasPrefix(given, one) })
	}
	if slices.Contains(registered, given) {
		return true
	}
	withoutPort, ok := loopbackWithoutPort(given)
	return ok && slices.ContainsFunc(registered, func(one string) bool {
		other, ok := loopbackWithoutPort(one)
		return ok && other == withoutPort
	})
}

// loopbackWithoutPort returns the address without its port, if its host is a
// numeric loopback address.
func loopbackWithoutPort(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Fragment != "" {
		return "", false
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return "", false
	}
	u.Host = u.Hostname()
	return u.String(), true
}

// withParameters adds parameters to the query of an address.
func withParameters(address string, parameters url.Values) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	query := u.Query()
	for name, values := range parameters {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}
