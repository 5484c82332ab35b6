//go:build cgo || windows || darwin

package oauthflow

import "net"

// ifNotAsked has no advice where names are looked up as git does it.
func ifNotAsked(*net.DNSError) []string { return nil }
