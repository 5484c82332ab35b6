package credential

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// checkProtocol accepts the characters of a URL scheme (RFC 3986 section 3.1), so that
// no origin can be written in two ways.
func checkProtocol(protocol string) error {
	for i, c := range []byte(protocol) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		other := '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'
		if !letter && (i == 0 || !other) {
			return fmt.Errorf("\"protocol\" is not a URL scheme")
		}
	}
	return nil
}

// ErrZone is returned by Read for a host that git can reach but no helper can answer
// for: fe80::1%eth0 is a different machine in each network (RFC 4007).
var ErrZone = errors.New("\"host\" is an IPv6 address with a zone, which means a different machine in each network; doorkey stores nothing for it")

// checkHost accepts a host name, an IPv4 address or a bracketed IPv6 address, each with
// an optional port. It rejects everything that two parsers of a URL could split
// differently: user information, slashes, backslashes, percent signs, spaces and control
// characters. It also rejects what a shell would interpret, which no host name contains:
// hosts are part of commands that users are told to run.
func checkHost(host string) error {
	name, port := splitPort(host)
	if name == "" && host != "" {
		return fmt.Errorf("\"host\" has a port but no name")
	}
	if port != "" {
		if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 || port[0] == '0' {
			return fmt.Errorf("the port in \"host\" is not a number from 1 to 65535")
		}
	}
	if strings.HasPrefix(name, "[") {
		address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"))
		if err != nil || !address.Is6() || !strings.HasSuffix(name, "]") {
			return fmt.Errorf("\"host\" is not an IPv6 address in brackets")
		}
		if zone := address.Zone(); zone != "" {
			return cmp.Or(checkName(zone), ErrZone)
		}
		return nil
	}
	return checkName(name)
}

func checkName(name string) error {
	for _, c := range name {
		if c <= ' ' || c == 0x7f || strings.ContainsRune(`/\?#@%:[]<>^|"!$&'()*+,;=`+"`{}", c) {
			return fmt.Errorf("\"host\" contains a character that is not allowed in a host name")
		}
	}
	return nil
}

// splitPort cuts the port off a host: what follows the last colon outside brackets.
func splitPort(host string) (name, port string) {
	colon := strings.LastIndexByte(host, ':')
	if colon < 0 || strings.HasSuffix(host, "]") {
		return host, ""
	}
	return host[:colon], host[colon+1:]
}
