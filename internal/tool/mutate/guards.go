package main

import "slices"

// guards are all that SECURITY.md's promises stand on, in the order of the data.
func guards() []guard {
	return slices.Concat(guardsOfProtocol(), guardsOfMain(), guardsOfBrowserFlow(), guardsOfServers(), guardsOfCache(), guardsOfFleet())
}
