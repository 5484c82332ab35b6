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
	"git-credential-doorkey/internal/source"
	"git-credential-doorkey/oauthflow"
)

// gitHTTP is git's configuration of HTTP for one endpoint: its section "http" for that
// URL, and the environment, which overrides it. The settings are those of "git help
// config" and of http.c in git 2.55.
type gitHTTP struct {
	endpoint *url.URL
	values   gitconfig.Values
	entries  map[string]gitconfig.Entry                 // that the values come from
	variable func(name string) (value string, set bool) // the environment
	expand   func(path string) (string, error)          // expands "~/" in a configured path
	perURL   func(variable string) ([]gitconfig.URLValue, error)
	password func(proxy *url.URL) (string, error) // asks git's helpers
}

// HTTP finds out how git would connect to an endpoint. The endpoint gets what is only
// for the git host if it is on that origin.
func (r Reader) HTTP(ctx context.Context, origin, endpoint string) (oauthflow.HTTPSettings, error) {
	address, err := url.Parse(endpoint)
	if err != nil {
		return oauthflow.HTTPSettings{}, fmt.Errorf("endpoint %q is not a URL", secret.HideIn(endpoint))
	}
	values, err := r.Git.ForURL(ctx, "http", address)
	if err != nil {
		return oauthflow.HTTPSettings{}, fmt.Errorf("git's configuration: %v", err)
	}
	entries, err := r.Git.EntriesForURL(ctx, "http", address)
	if err != nil {
		return oauthflow.HTTPSettings{}, fmt.Errorf("git's configuration: %v", err)
	}
	settings, err := gitHTTP{
		endpoint: address, values: values, entries: entries, variable: os.LookupEnv,
		expand:   func(path string) (string, error) { return gitconfig.ExpandPath(ctx, path) },
		perURL:   func(variable string) ([]gitconfig.URLValue, error) { return r.Git.PerURL(ctx, "http", variable) },
		password: func(proxy *url.URL) (string, error) { return storedPassword(ctx, proxy) },
	}.settings()
	if err != nil {
		return oauthflow.HTTPSettings{}, err
	}
	makeAbsolute(&settings)
	settings.UserAgent = environment.ProgramName + "/" + r.Environment.Version
	settings.Gateway, err = r.gateway(ctx, origin, address, values["cookiefile"])
	return settings, err
}

// makeAbsolute lets paths mean the same in the refresh child, which runs in another
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
	var s oauthflow.HTTPSettings
	for _, setting := range []struct {
		field         *string
		variable, key string
		isExpanded    bool // whether to expand "~/" in the key's value, as git does
	}{
		{&s.CAFile, "GIT_SSL_CAINFO", "sslCAInfo", true},
		{&s.CAPath, "GIT_SSL_CAPATH", "sslCAPath", true},
		{&s.Certificate, "GIT_SSL_CERT", "sslCert", true},
		{&s.Key, "GIT_SSL_KEY", "sslKey", true},
		{&s.TLSVersion, "GIT_SSL_VERSION", "sslVersion", false},
		{&s.ProxyCAFile, "GIT_PROXY_SSL_CAINFO", "proxySSLCAInfo", false},
		{&s.ProxyCertificate, "GIT_PROXY_SSL_CERT", "proxySSLCert", false},
		{&s.ProxyKey, "GIT_PROXY_SSL_KEY", "proxySSLKey", false},
		{&s.ProxyAuthMethod, "GIT_HTTP_PROXY_AUTHMETHOD", "proxyAuthMethod", false},
	} {
		value, from := g.setting(setting.key, setting.variable)
		if setting.isExpanded && from.Variable == "" {
			var err error
			if value, err = g.expand(value); err != nil {
				return oauthflow.HTTPSettings{}, fmt.Errorf("%v: %v", from, err)
			}
		}
		*setting.field = value
		s.SetSource(setting.key, from)
	}
	if g.trustsWindows() {
		s.CAFile, s.TrustsWindows = "", true
	}
	if err := g.setVerify(&s); err != nil {
		return oauthflow.HTTPSettings{}, err
	}
	return s, g.setProxy(&s)
}

// setting returns the value of the first variable that is set, even if empty, or else of
// a key, and where it comes from.
func (g gitHTTP) setting(key string, variables ...string) (string, source.Setting) {
	value, from := g.configured(key)
	for _, variable := range variables {
		if overriding, set := g.variable(variable); set {
			from.Variable = variable
			return overriding, from
		}
	}
	return value, from
}

// configured is setting without the environment.
func (g gitHTTP) configured(key string) (string, source.Setting) {
	value, set := g.values[strings.ToLower(key)]
	if !set {
		return "", source.Setting{}
	}
	return value, sourceOf("http", key, g.entries[strings.ToLower(key)])
}

// sourceOf names the entry that a value comes from: the key as users write it, without a
// password that its URL may contain. Without an entry it is the key for all URLs.
func sourceOf(section, name string, entry gitconfig.Entry) source.Setting {
	if entry.Key == "" {
		return source.Setting{Key: section + "." + name}
	}
	return source.Setting{Key: secret.HideIn(strings.TrimSuffix(entry.Key, strings.ToLower(name)) + name), OnCommandLine: entry.Scope == "command"}
}

// trustsWindows reports whether git for Windows leaves trust to Windows, so that the
// certificates of http.sslCAInfo, which its installer sets, are ignored.
func (g gitHTTP) trustsWindows() bool {
	return g.values["sslbackend"] == "schannel" && gitconfig.IsFalse(g.values["schannelusesslcainfo"])
}

// setVerify finds out whether to verify the server's certificate. Only a setting for
// exactly this host turns that off: it decides who gets the tokens, and must not be
// turned off for all hosts at once.
func (g gitHTTP) setVerify(s *oauthflow.HTTPSettings) error {
	value, configured := g.values["sslverify"]
	if configured && gitconfig.IsFalse(value) {
		_, from := g.configured("sslVerify")
		s.VerifyRefused = from.Key + "=" + value
	}
	if _, set := g.variable("GIT_SSL_NO_VERIFY"); set { // in git, to any value
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

// isFalseFor reports whether a switch is turned off for the endpoint's own host: by a
// key that names its origin, not by a pattern or a key for all URLs. Of several, the one
// with the longest path counts, and of these the last.
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

// OriginOf returns an address's origin in canonical form, "" if it has none.
func OriginOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return credential.Request{Protocol: parsed.Scheme, Host: parsed.Host}.Origin()
}
