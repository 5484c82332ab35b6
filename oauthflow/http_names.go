//go:build !cgo && !windows && !darwin

package oauthflow

import (
	"net"
	"strings"
)

// adviseOnNSS returns a hint for a name that git may find. git uses the C library, which
// uses every source in /etc/nsswitch.conf (mDNS, sssd). Package net without cgo does not.
func adviseOnNSS(name *net.DNSError) []string {
	if !name.IsNotFound && !strings.HasSuffix(strings.TrimSuffix(name.Name, "."), ".local") {
		return nil
	}
	return []string{"doorkey looks up names only in /etc/hosts and DNS; if only mDNS (.local) or sssd knows the name, add it to /etc/hosts"}
}
