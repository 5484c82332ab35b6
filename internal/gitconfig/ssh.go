package gitconfig

import (
	"context"
	"net/url"
	"strings"
)

// SSH is a remote with an SSH address, for which git asks no credential helper.
type SSH struct {
	Address string // as in git's configuration
	Host    string // without the port, which is another one for https
	Path    string // of the repository, without "/" at its start and end
	Prefix  string // the address before the path; "" if it contains a password

	Remote string // the remote's name; "" if url.<base>.insteadOf made the address
}

// HTTPS returns the https address that most likely leads to the same repository.
func (s SSH) HTTPS() string { return s.Base() + s.Path }

// Base returns HTTPS without the path.
func (s SSH) Base() string { return "https://" + s.Host + "/" }

// RemoteOverSSH returns the remote of the current directory (see Remote) if it has an SSH
// address.
func RemoteOverSSH(ctx context.Context) (SSH, bool, error) {
	address, err := Address(ctx, "")
	remote, is := ParseSSH(address)
	if err != nil || !is {
		return SSH{}, false, err
	}
	entries, err := Entries(ctx, "", nil, `^remote\..*\.url$`)
	for _, entry := range entries {
		if entry.Value == address {
			remote.Remote = strings.TrimSuffix(strings.TrimPrefix(entry.Key, "remote."), ".url")
		}
	}
	return remote, true, err
}

// ParseSSH parses an SSH address in both of git's forms ("git help fetch", GIT URLS):
// ssh://git@host:22/path and git@host:path. It rejects addresses that may contain a
// secret in the path.
func ParseSSH(address string) (SSH, bool) {
	read := parseSCP
	if strings.Contains(address, "://") {
		read = parseSSHURL
	}
	parsed, is := read(address)
	parsed.Address, parsed.Path = address, strings.Trim(parsed.Path, "/")
	if !is || parsed.Host == "" || parsed.Path == "" || strings.ContainsAny(parsed.Path, "@?#:\\ \n\r\x00") || strings.HasPrefix(parsed.Path, "~") {
		return SSH{}, false
	}
	return parsed, true
}

func parseSSHURL(address string) (SSH, bool) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "ssh" && parsed.Scheme != "git+ssh" && parsed.Scheme != "ssh+git" {
		return SSH{}, false
	}
	read := SSH{Host: parsed.Hostname(), Path: parsed.Path}
	if _, hasPassword := parsed.User.Password(); !hasPassword {
		read.Prefix = strings.TrimSuffix(address, strings.TrimPrefix(parsed.EscapedPath(), "/"))
	}
	return read, true
}

// parseSCP parses the form without a scheme. If there is a slash before the first colon,
// it is a local path. So is a single letter before the colon, on Windows.
func parseSCP(address string) (SSH, bool) {
	place, path, found := strings.Cut(address, ":")
	user, host, hasUser := strings.Cut(place, "@")
	if !hasUser {
		user, host = "", place
	}
	if !found || len(host) < 2 || strings.ContainsAny(host, `/\[]@`) || strings.Contains(user, "/") {
		return SSH{}, false
	}
	return SSH{Host: host, Path: path, Prefix: place + ":"}, true
}
