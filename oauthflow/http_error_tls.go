package oauthflow

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// explainCertificate explains an invalid server certificate.
func (f failure) explainCertificate() *ConnectionError {
	verification := new(tls.CertificateVerificationError)
	if !errors.As(f.err, &verification) {
		return nil
	}
	explained := &ConnectionError{text: "its certificate is invalid: " + verification.Err.Error(), Lasting: true}
	var invalid x509.CertificateInvalidError
	var names x509.HostnameError
	switch {
	case errors.As(f.err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		explained.text = fmt.Sprintf("its certificate is valid only from %s to %s, and the clock here says %s",
			day(invalid.Cert.NotBefore), day(invalid.Cert.NotAfter), day(time.Now()))
		explained.hints = []string{"if the clock of this machine is wrong, set it; if not, the server's administrator has to renew the certificate"}
	case errors.As(f.err, &names):
		explained.text = "its certificate is for another host: " + names.Error()
		explained.hints = []string{"check the address; if it is right, someone may be intercepting the connection"}
	default:
		explained.text = "its certificate is not trusted (" + f.trusted() + "): " + verification.Err.Error()
		explained.hints = append([]string{"get the authority's certificate from the server's administrator, then " + f.ToTrust(f.origin)}, f.ifTrustIsReplaced()...)
	}
	if f.VerifyRefused != "" {
		explained.hints = append(explained.hints, fmt.Sprintf("doorkey ignores %s, because it sends tokens; only http.%s.sslVerify=false would turn verification off, and then anyone on the network path can steal the tokens", f.VerifyRefused, f.origin))
	}
	return explained
}

// ToTrust says how to trust the authority of an origin's certificate.
func (s HTTPSettings) ToTrust(origin string) string {
	if s.TrustsWindows {
		return "import it into the trusted root certification authorities of Windows, which http.schannelUseSSLCAInfo selects"
	}
	return s.Sources["sslCAInfo"].ToSet("http."+origin+".sslCAInfo", "<file.pem>")
}

// ifTrustIsReplaced is a hint about a file of authorities that is set for all hosts.
func (f failure) ifTrustIsReplaced() []string {
	switch from := f.Sources["sslCAInfo"]; {
	case f.CAFile == "":
		return nil
	case from.Variable != "":
		return []string{from.Variable + " replaces the system's certificate authorities; if only some hosts need it, unset it and set http.<url>.sslCAInfo for them"}
	}
	return []string{"http.sslCAInfo replaces the system's certificate authorities; if only some hosts need it, set http.<url>.sslCAInfo for them instead"}
}

// day formats a time for a comparison with others.
func day(moment time.Time) string { return moment.Local().Format(time.DateTime) }

// trusted says which authorities doorkey trusts.
func (s HTTPSettings) trusted() string {
	text := "doorkey trusts the system's certificate authorities"
	if s.CAFile != "" {
		text = fmt.Sprintf(`doorkey trusts the certificate authorities in "%s"`, s.CAFile)
	}
	if s.CAPath != "" {
		text += fmt.Sprintf(` and in "%s"`, s.CAPath)
	}
	return text
}

// explainClientCertificate explains a server that requires a client certificate.
func (f failure) explainClientCertificate() *ConnectionError {
	operation := new(net.OpError)
	if !errors.As(f.err, &operation) || operation.Op != "remote error" { // crypto/tls's name for an alert (RFC 8446 section 6)
		return nil
	}
	explained := &ConnectionError{text: "the server closed the connection: " + operation.Err.Error(), Lasting: true}
	switch {
	case f.Certificate != "":
		explained.hints = []string{fmt.Sprintf(`check that the client certificate in "%s" (%s) is for this server and has not expired`, f.Certificate, f.nameOf("sslCert"))}
	case strings.Contains(explained.text, "certificate"):
		explained.text = "the server requires a client certificate"
		explained.hints = []string{fmt.Sprintf("set %s and %s to your certificate and key files", f.toSet("sslCert"), f.toSet("sslKey"))}
	}
	if strings.HasPrefix(f.Proxy, "https:") { // the alert does not say who sent it
		explained.hints = append(explained.hints, fmt.Sprintf("the proxy may be what requires it; then set %s and %s",
			f.Sources["proxySSLCert"].Name("http.proxySSLCert"), f.Sources["proxySSLKey"].Name("http.proxySSLKey")))
	}
	return explained
}

// toSet returns the setting to change for the server.
func (f failure) toSet(name string) string {
	return f.Sources[name].Name("http." + f.origin + "." + name)
}
