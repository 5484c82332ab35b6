package install

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// section is the part of git's configuration that contains a block of install.
type section struct {
	// host is nil for [credential], which applies to all hosts.
	host *url.URL
}

// header returns the section's first line in the file. A canonical URL contains no character that has to be escaped.
func (s section) header() string {
	if s.host == nil {
		return "[credential]"
	}
	return fmt.Sprintf(`[credential "%s"]`, s.host)
}

// key returns the name under which git lists the section's helpers.
func (s section) key() string {
	if s.host == nil {
		return everyHost
	}
	return "credential." + s.host.String() + ".helper"
}

// isHost reports whether git accepts a name as a host in the URL of a section; one with other characters would never
// match.
func isHost(name string) bool {
	characters := "abcdefghijklmnopqrstuvwxyz" + digits + "._-"
	if address, opened := strings.CutPrefix(name, "["); opened {
		name, characters = strings.TrimSuffix(address, "]"), "abcdef"+digits+":."
	}
	return consistsOf(name, characters)
}

// parseSection reads the value of --host: a scheme, a host, optionally a port and a path. It does not decide whether
// tokens may go there, so that existing lines can always be removed. The errors repeat nothing that could be a
// password or contain control characters.
func parseSection(host string) (section, error) {
	if host == "" {
		return section{}, nil
	}
	address, err := url.Parse(host)
	if err != nil || address.Hostname() == "" || address.Opaque != "" {
		return section{}, fmt.Errorf(`--host is not the URL of a host; write it like "https://gitlab.example.com"`)
	}
	if address.User != nil || address.RawQuery != "" || address.ForceQuery || address.Fragment != "" || strings.Contains(host, "#") {
		return section{}, fmt.Errorf("--host contains a user name, a query or a fragment; leave them out")
	}
	name := strings.ToLower(address.Hostname())
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	if !isHost(name) {
		return section{}, fmt.Errorf("--host contains a character that git does not accept in a host name; write an international name in its ASCII form (xn--…)")
	}
	if address.Scheme != "https" && address.Scheme != "http" {
		return section{}, fmt.Errorf("--host does not begin with \"https:\"; doorkey sends tokens only over https")
	}
	if port := address.Port(); port != "" && !isPort(port) {
		return section{}, fmt.Errorf("the port in --host is not a number from 1 to 65535")
	}
	canonical := address.JoinPath() // without "." and ".."
	canonical.Host = name + portOf(address)
	canonical.Path, canonical.RawPath = strings.TrimRight(canonical.Path, "/"), strings.TrimRight(canonical.RawPath, "/")
	return section{canonical}, nil
}

func isPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return err == nil && number > 0 && port[0] != '0'
}

// portOf returns ":port", or nothing for the scheme's default.
func portOf(address *url.URL) string {
	port := address.Port()
	if port == "" || address.Scheme == "https" && port == "443" || address.Scheme == "http" && port == "80" {
		return ""
	}
	return ":" + port
}
