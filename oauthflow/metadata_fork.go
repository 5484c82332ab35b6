package oauthflow

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// fork is a kind of server that has all signs of another kind, plus a document of its
// own.
type fork struct {
	kind string // its name
	path string // of a document that only the fork has, with a "version"
}

// tellFork asks a server whether it is a fork of its kind: one request, and only if the
// host name does not say what it is. If that reveals nothing, the result stays the same.
func (c Client) tellFork(ctx context.Context, base *url.URL, found Found) Found {
	if found.kind.fork.path == "" || slices.Contains(found.kind.hosts, base.Hostname()) {
		return found
	}
	forked, known := kindNamed(found.kind.fork.kind)
	if !known || !c.isFork(ctx, base.String()+found.Root+found.kind.fork.path) {
		return found
	}
	told := forked.found(base, found.Root)
	told.metadata, told.DeviceAuthURL, told.HasDeviceFlow = found.metadata, found.DeviceAuthURL, found.HasDeviceFlow
	return told
}

// isFork reports whether the document exists. A server whose administrator requires a
// sign-in for everything says so for each existing path of its API.
func (c Client) isFork(ctx context.Context, address string) bool {
	response, err := c.get(ctx, address)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var document struct {
		Version string `json:"version"`
		Message string `json:"message"`
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, largestMetadata))
	if err != nil || json.Unmarshal(body, &document) != nil {
		return false
	}
	switch response.StatusCode {
	case http.StatusOK:
		return document.Version != ""
	case http.StatusForbidden:
		return strings.HasPrefix(document.Message, "Only signed in user")
	}
	return false
}
