package settings

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/source"
	"git-credential-doorkey/oauthflow"
)

// setProxy finds the proxy for the endpoint, if there is one.
func (g gitHTTP) setProxy(s *oauthflow.HTTPSettings) error {
	value, from := g.configuredProxy()
	s.SetSource("proxy", from)
	except, exempting := g.exceptions()
	s.SetSource("noProxy", exempting)
	if value == "" {
		return nil
	}
	if isListed(g.endpoint.Hostname(), except) {
		s.ProxyExempt = true
		return nil
	}
	proxy, password, err := parseProxy(value)
	if err != nil {
		return fmt.Errorf("%v: %v", from, err)
	}
	s.Proxy, s.ProxyPassword = proxy.String(), password
	if proxy.User == nil || password.IsSet() {
		return nil
	}
	found, err := g.password(proxy)
	if err != nil {
		return fmt.Errorf("%v names the user %q of the proxy %q without a password, and %v\n"+
			"add the password there (user:password@…), or store it with git credential approve and protocol=%s, host=%s, username=%s and password=…",
			from, proxy.User.Username(), proxy.Host, reasonFor(err), proxy.Scheme, proxy.Host, proxy.User.Username())
	}
	s.ProxyPassword = secret.New(found)
	return nil
}

// reasonFor says why there is no password: none is stored, or what a helper said, for
// example about a locked keyring.
func reasonFor(err error) string {
	if errors.Is(err, gitconfig.ErrNoCredential) {
		return err.Error()
	}
	return fmt.Sprintf("git's credential helpers do not return it: %v", err)
}

// configuredProxy returns the proxy that git would use, and where it comes from:
// http.proxy, where an empty value means none, or else the variables that curl uses,
// first those in lower case.
//
// There is none for plain http, which doorkey uses only on this machine: a token must
// not leave it unencrypted.
func (g gitHTTP) configuredProxy() (string, source.Setting) {
	if g.endpoint.Scheme != "https" {
		return "", source.Setting{}
	}
	if value, from := g.configured("proxy"); from != (source.Setting{}) {
		return value, from
	}
	for _, name := range []string{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"} {
		if value, set := g.variable(name); set {
			return value, source.Setting{Variable: name}
		}
	}
	return "", source.Setting{}
}

// exceptions returns the list of hosts that are reached without a proxy, even if
// http.proxy names one, and the variable that it comes from.
func (g gitHTTP) exceptions() (list string, from source.Setting) {
	return g.setting("", "no_proxy", "NO_PROXY")
}

// isListed reports whether a host is in a NO_PROXY list, as curl reads it
// (CURLOPT_NOPROXY): "*" for all; otherwise hosts, which also cover their subdomains,
// with or without a dot in front, addresses and, since curl 7.86, networks. curl does
// not support ports there.
func isListed(host, list string) bool {
	if strings.TrimSpace(list) == "*" {
		return true
	}
	address, err := netip.ParseAddr(host)
	isAddress := err == nil
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, entry := range strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' }) {
		if isAddress {
			if isAddressIn(address, entry) {
				return true
			}
			continue
		}
		name := strings.ToLower(strings.Trim(entry, "."))
		if name != "" && (host == name || strings.HasSuffix(host, "."+name)) {
			return true
		}
	}
	return false
}

func isAddressIn(address netip.Addr, entry string) bool {
	if network, err := netip.ParsePrefix(entry); err == nil {
		return network.Contains(address)
	}
	listed, err := netip.ParseAddr(strings.Trim(entry, "[]"))
	return err == nil && listed == address
}

// parseProxy reads [protocol://][user[:password]@]host[:port], as git does: the default
// protocol is "http", and in the user name and password "%40" is an "@", while any other
// character may be written unescaped. An error never contains the text: it may contain a
// password.
func parseProxy(text string) (proxy *url.URL, password secret.Text, err error) {
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		scheme, rest = "http", text
	}
	authority, path, _ := strings.Cut(rest, "/")
	user, host, hasUser := cutLast(authority, "@")
	scheme = strings.ToLower(scheme)
	if strings.ContainsAny(scheme, ":@") {
		return nil, secret.Text{}, errors.New("this is not the URL of a proxy; write a \"/\" in a password as %2F")
	}
	if !isProxyScheme(scheme) {
		return nil, secret.Text{}, fmt.Errorf("doorkey does not support proxies of the type %q\nuse http, https, socks5 or socks5h; most socks4 proxies also accept socks5h", scheme)
	}
	proxy, err = url.Parse(scheme + "://" + host)
	if err != nil || proxy.Hostname() == "" || proxy.Host != host {
		return nil, secret.Text{}, errors.New("this is not the URL of a proxy, such as http://proxy.example:3128")
	}
	if path != "" {
		return nil, secret.Text{}, errors.New("doorkey does not support proxies on a local socket; give a host and a port")
	}
	if hasUser {
		name, word, hasPassword := strings.Cut(user, ":")
		if name = unescape(name); strings.ContainsAny(name, "\r\n\x00") {
			return nil, secret.Text{}, errors.New("the proxy's user name contains a line break")
		}
		proxy.User = url.User(name)
		if hasPassword {
			password = secret.New(unescape(word))
		}
	}
	return proxy, password, nil
}

func isProxyScheme(scheme string) bool {
	switch scheme {
	case "http", "https", "socks5", "socks5h":
		return true
	}
	return false
}

// cutLast is strings.Cut at the last separator; without a separator, after is
// everything.
func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return "", text, false
}

// unescape returns a text unchanged if its escapes are invalid.
func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// storedPassword asks git's credential helpers for the password of a proxy's user, as git
// does; doorkey itself stores it after git has asked for it.
func storedPassword(ctx context.Context, proxy *url.URL) (string, error) {
	kept, err := storedCredential(ctx, proxy)
	return kept.Password.Reveal(), err
}

// storedCredential asks git's credential helpers, but not the user, for the credential of
// an address. ErrNoCredential means none.
func storedCredential(ctx context.Context, address *url.URL) (credential.Request, error) {
	question := fmt.Sprintf("protocol=%s\nhost=%s\n", address.Scheme, address.Host)
	if address.User != nil {
		question += "username=" + address.User.Username() + "\n"
	}
	output, err := gitconfig.Fill(ctx, question+"\n")
	if err != nil {
		return credential.Request{}, err
	}
	answer, err := credential.Read(bytes.NewReader(output))
	if err == nil && answer.Password.IsEmpty() {
		err = gitconfig.ErrNoCredential
	}
	return answer, err
}
