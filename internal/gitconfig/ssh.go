package gitconfig

import (
	"context"
	"net/url"
	"strings"
)

// SSH is a remote that git reaches over SSH, where it asks no helper.
type SSH struct {
	Address string // as git has it
	Host    string // without a port: that of SSH is not that of https
	Path    string // of the repository, without "/" around it
	Prefix  string // what stands before the path; "" if it has more in it than a user name and the host

	Remote string // the remote's name; "" if url.<base>.insteadOf made the address
}

// HTTPS is the address at which git would most likely find the same repository.
func (s SSH) HTTPS() string { return s.Base() + s.Path }

// Base is what stands before the path in HTTPS.
func (s SSH) Base() string { return "https://" + s.Host + "/" }

// RemoteOverSSH returns the remote of the current directory (see Remote), if git reaches
// it over SSH.
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

// ParseSSH reads an address of SSH in both of git's forms ("git help fetch", GIT URLS):
// ssh://git@host:22/path and git@host:path. What may have a secret in it is none.
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

// parseSCP reads the form without a scheme. A slash before the first colon makes it a
// path, and so does a single letter there on Windows.
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
