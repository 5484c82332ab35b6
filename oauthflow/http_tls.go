package oauthflow

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// serverTLS returns the TLS configuration for the server.
func (s HTTPSettings) serverTLS() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: s.NoVerify}
	if strings.EqualFold(s.TLSVersion, "tlsv1.3") {
		config.MinVersion = tls.VersionTLS13
	}
	var err error
	if config.RootCAs, err = s.readAuthorities(); err != nil {
		return nil, err
	}
	config.GetClientCertificate, err = readClientCertificate(s.nameOf("sslCert"), s.Certificate, s.nameOf("sslKey"), s.Key)
	return config, err
}

// proxyTLS returns the TLS configuration for the proxy. Like git, it always verifies the
// proxy's certificate: the proxy may get a password.
func (s HTTPSettings) proxyTLS() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.ProxyCAFile != "" {
		config.RootCAs = x509.NewCertPool()
		if err := addFile(config.RootCAs, s.ProxyCAFile); err != nil {
			return nil, fmt.Errorf("%s: %v", s.nameOf("proxySSLCAInfo"), err)
		}
	}
	var err error
	config.GetClientCertificate, err = readClientCertificate(s.nameOf("proxySSLCert"), s.ProxyCertificate, s.nameOf("proxySSLKey"), s.ProxyKey)
	return config, err
}

// dialTLS connects by TLS, within the dialer's time limit.
func dialTLS(dialer *net.Dialer, config *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	return (&tls.Dialer{NetDialer: dialer, Config: config}).DialContext
}

// readAuthorities returns the certificates of the file, or else the system's, plus those
// of the directory. It returns nil, which means the system's, if neither is set.
func (s HTTPSettings) readAuthorities() (*x509.CertPool, error) {
	file, directory := s.CAFile, s.CAPath
	if file == "" && directory == "" {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if file == "" {
		if system, err := x509.SystemCertPool(); err == nil {
			pool = system
		}
	} else if err := addFile(pool, file); err != nil {
		return nil, fmt.Errorf("%s: %v", s.nameOf("sslCAInfo"), err)
	}
	if directory != "" {
		if err := addDirectory(pool, directory); err != nil {
			return nil, fmt.Errorf("%s: %v", s.nameOf("sslCAPath"), err)
		}
	}
	return pool, nil
}

func addFile(pool *x509.CertPool, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !pool.AppendCertsFromPEM(content) {
		return fmt.Errorf(`"%s" contains no certificate in PEM format`, path)
	}
	return nil
}

// addDirectory adds every certificate of a directory: OpenSSL finds them by names made
// of hashes, GnuTLS by any name. The directory may also contain other files.
func addDirectory(pool *x509.CertPool, directory string) error {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	found := false
	for _, entry := range entries {
		if !entry.IsDir() && addFile(pool, filepath.Join(directory, entry.Name())) == nil {
			found = true
		}
	}
	if !found {
		return fmt.Errorf(`no file in "%s" contains a certificate in PEM format`, directory)
	}
	return nil
}

// clientCertificate is the function with which tls.Config gets a client certificate.
type clientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error)

// readClientCertificate reads a client certificate and its key, which may be in the
// certificate's file; the names are those of the settings. Like curl, it shows the
// certificate to every server that asks, even if the server does not list its authority.
// It returns nil for none.
func readClientCertificate(certificateName, certificate, keyName, key string) (clientCertificate, error) {
	if certificate == "" {
		return nil, nil
	}
	if key == "" {
		key = certificate
	}
	certificatePEM, err := os.ReadFile(certificate)
	if err != nil {
		return nil, fmt.Errorf("%s: %v\ndoorkey reads client certificates only from files in PEM format", certificateName, err)
	}
	keyPEM, err := os.ReadFile(key)
	if err != nil {
		return nil, fmt.Errorf("%s: %v\ndoorkey reads client certificate keys only from files in PEM format", keyName, err)
	}
	if isEncrypted(keyPEM) {
		return nil, fmt.Errorf("%s: the key in \"%s\" is encrypted, and doorkey cannot ask for its passphrase\n"+
			`write an unencrypted copy that only you can read (umask 077; openssl pkey -in "%s" -out client.key) and set %s to it`, keyName, key, key, strings.TrimPrefix(keyName, "git's "))
	}
	pair, err := tls.X509KeyPair(certificatePEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("%s: \"%s\" and its key in \"%s\" are not a valid client certificate: %v\nboth must be in PEM format (convert a .p12 with: openssl pkcs12 -in FILE -nodes)",
			certificateName, certificate, key, err)
	}
	return func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }, nil
}

// isEncrypted reports whether a key in PEM form needs a passphrase (RFC 5958
// section 3, and the older form of RFC 1421).
func isEncrypted(content []byte) bool {
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return true
		}
	}
	return false
}
