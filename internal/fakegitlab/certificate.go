package fakegitlab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

// hostNames are the names under which the server may be addressed.
func hostNames() []string { return []string{"localhost", "gitlab.localhost"} }

// hostAddresses are the addresses under which the server may be addressed.
func hostAddresses() []net.IP { return []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback} }

// newCertificate makes a certificate authority that lives only as long as this
// server, writes its certificate to caFile (PEM) and returns a certificate for
// the server that it signed. The authority's key is forgotten at once.
func newCertificate(caFile string) (tls.Certificate, error) {
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("fakegitlab: make the CA's key: %v", err)
	}
	authority := certificateTemplate(1, "doorkey practice CA")
	authority.IsCA, authority.BasicConstraintsValid = true, true
	authority.KeyUsage = x509.KeyUsageCertSign
	authorityBytes, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("fakegitlab: make the CA's certificate: %v", err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityBytes})
	if err := os.WriteFile(caFile, block, 0o644); err != nil {
		return tls.Certificate{}, fmt.Errorf("fakegitlab: write the CA file: %v", err)
	}
	return signServerCertificate(authority, authorityKey)
}

// signServerCertificate returns a certificate and key for the server's names.
func signServerCertificate(authority *x509.Certificate, authorityKey *ecdsa.PrivateKey) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("fakegitlab: make the server's key: %v", err)
	}
	template := certificateTemplate(2, "127.0.0.1")
	template.DNSNames, template.IPAddresses = hostNames(), hostAddresses()
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	certificate, err := x509.CreateCertificate(rand.Reader, template, authority, key.Public(), authorityKey)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("fakegitlab: make the server's certificate: %v", err)
	}
	return tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key}, nil
}

// certificateTemplate returns what both certificates have in common. They are
// valid from an hour ago, so that a clock which was just set back does no harm.
func certificateTemplate(serial int64, name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(7 * 24 * time.Hour),
	}
}
