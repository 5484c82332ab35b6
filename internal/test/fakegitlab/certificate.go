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

// hostNames are the names that clients may use for the server.
func hostNames() []string { return []string{"localhost", "gitlab.localhost"} }

// hostAddresses are the addresses that clients may use for the server.
func hostAddresses() []net.IP { return []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback} }

// authority is a certificate authority that exists only as long as its server.
// Its key is never written to disk.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// newAuthority makes a certificate authority and writes its certificate to
// caFile (PEM).
func newAuthority(caFile string) (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("fakegitlab: make the CA's key: %v", err)
	}
	template := certificateTemplate(1, "doorkey practice CA")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	made, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return authority{}, fmt.Errorf("fakegitlab: make the CA's certificate: %v", err)
	}
	if err := writePEM(caFile, "CERTIFICATE", made); err != nil {
		return authority{}, err
	}
	certificate, err := x509.ParseCertificate(made)
	return authority{certificate, key}, err
}

// sign returns a certificate and its key.
func (a authority) sign(template *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("fakegitlab: make the key of %s: %v", template.Subject, err)
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	certificate, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("fakegitlab: make the certificate of %s: %v", template.Subject, err)
	}
	return tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key}, nil
}

// signServer returns a certificate and key for the server's names: those that every
// server has, and its own name, if it has one.
func (a authority) signServer(own string) (tls.Certificate, error) {
	template := certificateTemplate(2, "127.0.0.1")
	template.DNSNames, template.IPAddresses = hostNames(), hostAddresses()
	if own != "" {
		template.DNSNames = append(template.DNSNames, own)
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return a.sign(template)
}

// writeClient writes the certificate of a client and its key (PEM).
func (a authority) writeClient(certificateFile, keyFile string) error {
	template := certificateTemplate(3, "ada")
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	client, err := a.sign(template)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(client.PrivateKey)
	if err != nil {
		return fmt.Errorf("fakegitlab: the client's key: %v", err)
	}
	if err := writePEM(keyFile, "PRIVATE KEY", key); err != nil {
		return err
	}
	return writePEM(certificateFile, "CERTIFICATE", client.Certificate[0])
}

func writePEM(path, kind string, content []byte) error {
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
		return fmt.Errorf("fakegitlab: %v", err)
	}
	return nil
}

// certificateTemplate returns what all certificates have in common. They are
// valid from an hour ago, so that they work even if the clock was just set back.
func certificateTemplate(serial int64, name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(7 * 24 * time.Hour),
	}
}
