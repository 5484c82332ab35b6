//go:build !cgo && !windows && !darwin

package oauthflow

import (
	"net"
	"strings"
)

// ifNotAsked is advice for a name that git may find: git asks the C library, which asks
// all that /etc/nsswitch.conf names (mDNS, sssd), and package net without cgo does not.
func ifNotAsked(name *net.DNSError) []string {
	if !name.IsNotFound && !strings.HasSuffix(strings.TrimSuffix(name.Name, "."), ".local") {
		return nil
	}
	return []string{"doorkey looks names up in /etc/hosts and by DNS only: one that only mDNS (.local) or sssd knows has to be added to /etc/hosts"}
}
