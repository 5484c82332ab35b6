package main

import "slices"

// guards returns everything that SECURITY.md's promises depend on, in the order in which
// data flows.
func guards() []guard {
	return slices.Concat(guardsOfProtocol(), guardsOfMain(), guardsOfBrowserFlow(), guardsOfServers(), guardsOfCache(), guardsOfFleet())
}
