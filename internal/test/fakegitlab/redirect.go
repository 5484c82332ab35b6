package fakegitlab

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// redirectAllowed reports whether the address is one of the registered ones:
// the same text, or the same but for the port where both hosts are written as
// a loopback address. "localhost" is a name and has no such freedom (RFC 8252
// section 8.3). A fixed one is what the address has to begin with.
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

// loopbackWithoutPort returns the address without its port, where its host is
// a loopback address in numbers.
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
