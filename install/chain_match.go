package install

import (
	"net/url"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
)

// sectionOf returns the section of one address, or the section of all hosts if it is not an address.
func sectionOf(address string) section {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return section{}
	}
	host := &url.URL{Scheme: strings.ToLower(parsed.Scheme), User: parsed.User, Path: strings.TrimRight(parsed.Path, "/")}
	host.Host = strings.ToLower(parsed.Host)
	return section{host}
}

// concerns reports whether git can ask helpers under the key for an address of the section. It is true if that depends
// on the path of a repository, the case of its letters or a user name that the section does not specify.
func (s section) concerns(key string) bool {
	return s.host == nil || gitconfig.Concerns(key, s.host)
}

// isCoveredBy reports whether git asks helpers under the key for every address of the
// section.
func (s section) isCoveredBy(key string) bool {
	if s.host == nil {
		return key == everyHost
	}
	return gitconfig.Covers(key, s.host)
}
