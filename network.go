package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/oauthflow"
)

// readHTTP reads the section "http" for the endpoint that is talked to. The
// environment goes before, as in git.
func readHTTP(ctx context.Context, endpoint string) (oauthflow.HTTPSettings, error) {
	address, err := url.Parse(endpoint)
	if err != nil {
		return oauthflow.HTTPSettings{}, fmt.Errorf("endpoint %q is not a URL", endpoint)
	}
	values, err := gitconfig.ForURL(ctx, "http", address)
	if err != nil {
		return oauthflow.HTTPSettings{}, fmt.Errorf("git's configuration: %v", err)
	}
	return oauthflow.HTTPSettings{
		Proxy:     values["proxy"],
		CAFile:    expandHome(firstOf(os.Getenv("GIT_SSL_CAINFO"), values["sslcainfo"])),
		UserAgent: "git-credential-doorkey/" + programVersion(),
	}, nil
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// expandHome resolves "~/" as git does in configured paths.
func expandHome(path string) string {
	rest, found := strings.CutPrefix(path, "~/")
	if home, err := os.UserHomeDir(); found && err == nil {
		return filepath.Join(home, rest)
	}
	return path
}
