package settings

import (
	"fmt"
	"net/url"
	"strings"
)

// clientIDOf returns the client ID that a list has for an origin, "" for none. It fails
// on a list that is not of the form above, so that a builder notices at the first
// attempt.
func clientIDOf(list, origin string) (string, error) {
	found := ""
	for pair := range strings.SplitSeq(list, ",") {
		if pair == "" {
			continue
		}
		host, id, _ := strings.Cut(pair, "=")
		address, err := url.Parse(host)
		if err != nil || address.Scheme != "https" || address.Host == "" || host != "https://"+strings.ToLower(address.Host) || id == "" {
			return "", fmt.Errorf("this doorkey was built with invalid application IDs: %q is not of the form https://host=ID", pair)
		}
		if host == origin {
			found = id
		}
	}
	return found, nil
}
