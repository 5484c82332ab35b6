package install

import (
	"net/url"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
)

// sectionOf is the section of one address, that of no host in particular where it is no address.
func sectionOf(address string) section {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return section{}
	}
	host := &url.URL{Scheme: strings.ToLower(parsed.Scheme), User: parsed.User, Path: strings.TrimRight(parsed.Path, "/")}
	host.Host = strings.ToLower(parsed.Host)
	return section{host}
}

// concerns reports whether helpers under the key can be asked for an address of the section. Where that depends on the
// path of a repository, its letters' case or a user name that the section leaves open, the answer is yes.
func (s section) concerns(key string) bool {
	return s.host == nil || gitconfig.Concerns(key, s.host)
}

// isCoveredBy reports whether helpers under the key are asked for every address of the section.
func (s section) isCoveredBy(key string) bool {
	if s.host == nil {
		return key == everyHost
	}
	return gitconfig.Covers(key, s.host)
}
