package settings

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// gitHTTP is what git has been told of HTTP for one endpoint: its section
// "http" for that URL, and the environment, which goes before. The settings are
// those of "git help config" and of http.c in git 2.55.
type gitHTTP struct {
	endpoint *url.URL
	values   gitconfig.Values
	variable func(name string) (value string, set bool) // the environment
	expand   func(path string) (string, error)          // "~/" in a configured path
	perURL   func(variable string) ([]gitconfig.URLValue, error)
	password func(proxy *url.URL) (string, error) // asks git's helpers
}

// HTTP finds out how git would talk to an endpoint. What it sends to the git host
// alone, the endpoint gets if it is of that origin.
func (r Reader) HTTP(ctx context.Context, origin, endpoint string) (oauthflow.HTTPSettings, error) {
	address, err := url.Parse(endpoint)
	if err != nil {
		return oauthflow.HTTPSettings{}, fmt.Errorf("endpoint %q is not a URL", secret.HideIn(endpoint))
	}
	values, err := r.Git.ForURL(ctx, "http", address)
	if err != nil {
		return oauthflow.HTTPSettings{}, fmt.Errorf("git's configuration: %v", err)
	}
	settings, err := gitHTTP{
		endpoint: address, values: values, variable: os.LookupEnv,
		expand:   func(path string) (string, error) { return gitconfig.ExpandPath(ctx, path) },
		perURL:   func(variable string) ([]gitconfig.URLValue, error) { return r.Git.PerURL(ctx, "http", variable) },
		password: func(proxy *url.URL) (string, error) { return keptPassword(ctx, proxy) },
	}.settings()
	if err != nil {
		return oauthflow.HTTPSettings{}, err
	}
	makeAbsolute(&settings)
	settings.UserAgent = environment.ProgramName + "/" + r.Environment.Version
	settings.Gateway, err = r.gateway(ctx, origin, address, values["cookiefile"])
	return settings, err
}

// makeAbsolute has paths mean the same in the refresh child, which runs in another
// directory.
func makeAbsolute(s *oauthflow.HTTPSettings) {
	for _, path := range []*string{&s.CAFile, &s.CAPath, &s.Certificate, &s.Key, &s.ProxyCAFile, &s.ProxyCertificate, &s.ProxyKey} {
		if *path == "" {
			continue
		}
		if absolute, err := filepath.Abs(*path); err == nil {
			*path = absolute
		}
	}
}

func (g gitHTTP) settings() (oauthflow.HTTPSettings, error) {
	s := oauthflow.HTTPSettings{
		// A path from the environment is taken as it is, and so are the proxy's
		// in the configuration.
		ProxyCAFile:      g.setting("GIT_PROXY_SSL_CAINFO", "proxysslcainfo"),
		ProxyCertificate: g.setting("GIT_PROXY_SSL_CERT", "proxysslcert"),
		ProxyKey:         g.setting("GIT_PROXY_SSL_KEY", "proxysslkey"),
		ProxyAuthMethod:  g.setting("GIT_HTTP_PROXY_AUTHMETHOD", "proxyauthmethod"),
		TLSVersion:       g.setting("GIT_SSL_VERSION", "sslversion"),
	}
	for _, path := range []struct {
		field         *string
		variable, key string
	}{
		{&s.CAFile, "GIT_SSL_CAINFO", "sslCAInfo"},
		{&s.CAPath, "GIT_SSL_CAPATH", "sslCAPath"},
		{&s.Certificate, "GIT_SSL_CERT", "sslCert"},
		{&s.Key, "GIT_SSL_KEY", "sslKey"},
	} {
		var err error
		if *path.field, err = g.path(path.variable, path.key); err != nil {
			return oauthflow.HTTPSettings{}, err
		}
	}
	if g.trustsWindows() {
		s.CAFile = ""
	}
	if err := g.setVerify(&s); err != nil {
		return oauthflow.HTTPSettings{}, err
	}
	return s, g.setProxy(&s)
}

// setting is a variable of the environment, be it empty, or else a key.
func (g gitHTTP) setting(variable, key string) string {
	if value, set := g.variable(variable); set {
		return value
	}
	return g.values[key]
}

func (g gitHTTP) path(variable, key string) (string, error) {
	if value, set := g.variable(variable); set {
		return value, nil
	}
	path, err := g.expand(g.values[strings.ToLower(key)])
	if err != nil {
		return "", fmt.Errorf("git's http.%s: %v", key, err)
	}
	return path, nil
}

// trustsWindows reports whether git for Windows leaves trust to Windows, so that
// the certificates of http.sslCAInfo, which its installer sets, do not count.
func (g gitHTTP) trustsWindows() bool {
	return g.values["sslbackend"] == "schannel" && gitconfig.IsFalse(g.values["schannelusesslcainfo"])
}

// setVerify finds out whether the server's certificate is checked. It is, unless
// that is turned off for this very host: who gets the tokens is not a thing to
// leave open for all hosts at once.
func (g gitHTTP) setVerify(s *oauthflow.HTTPSettings) error {
	value, configured := g.values["sslverify"]
	if configured && gitconfig.IsFalse(value) {
		s.VerifyRefused = "http.sslVerify=" + value
	}
	if _, set := g.variable("GIT_SSL_NO_VERIFY"); set { // to anything, in git
		s.VerifyRefused = "GIT_SSL_NO_VERIFY"
	}
	if s.VerifyRefused == "" {
		return nil
	}
	all, err := g.perURL("sslVerify")
	if err != nil {
		return fmt.Errorf("git's configuration: %v", err)
	}
	if isFalseFor(all, g.endpoint) {
		s.NoVerify, s.VerifyRefused = true, ""
	}
	return nil
}

// isFalseFor reports whether a switch is turned off for the endpoint's own
// host: by a key that names its origin, neither by a pattern nor by a key for
// all URLs. Of several the one with the longest path counts, and the last.
func isFalseFor(all []gitconfig.URLValue, endpoint *url.URL) bool {
	longest, off := -1, false
	for _, one := range all {
		address, err := url.Parse(one.URL)
		if err != nil || address.User != nil || OriginOf(one.URL) != OriginOf(endpoint.String()) {
			continue
		}
		path := strings.TrimSuffix(address.Path, "/")
		if strings.HasPrefix(endpoint.Path+"/", path+"/") && len(path) >= longest {
			longest, off = len(path), gitconfig.IsFalse(one.Value)
		}
	}
	return off
}

// OriginOf returns an address's origin in its one form, "" where it has none.
func OriginOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return credential.Request{Protocol: parsed.Scheme, Host: parsed.Host}.Origin()
}
