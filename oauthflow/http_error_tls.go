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

// ofCertificate explains a server's certificate that is not good.
func (f failure) ofCertificate() *ConnectionError {
	verification := new(tls.CertificateVerificationError)
	if !errors.As(f.err, &verification) {
		return nil
	}
	explained := &ConnectionError{text: "its certificate is not good: " + verification.Err.Error(), Lasting: true}
	var invalid x509.CertificateInvalidError
	var names x509.HostnameError
	switch {
	case errors.As(f.err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		explained.text = fmt.Sprintf("its certificate is good from %s to %s only, and here it is %s",
			day(invalid.Cert.NotBefore), day(invalid.Cert.NotAfter), day(time.Now()))
		explained.hints = []string{"if the clock of this machine is wrong, set it; else the server's administrator has to renew the certificate"}
	case errors.As(f.err, &names):
		explained.text = "its certificate is one of another host: " + names.Error()
		explained.hints = []string{"check the address, and that nobody stands in between"}
	default:
		explained.text = "its certificate is not from an authority that is trusted (" + f.trusted() + "): " + verification.Err.Error()
		explained.hints = append([]string{"get the certificate of its authority from its administrator, then " + f.ToTrust(f.origin)}, f.ifTrustIsReplaced()...)
	}
	if f.VerifyRefused != "" {
		explained.hints = append(explained.hints, fmt.Sprintf("%s does not count where tokens are sent; only http.%s.sslVerify=false would, with which anybody in between can take them", f.VerifyRefused, f.origin))
	}
	return explained
}

// ToTrust says how to have the certificate of an origin's authority trusted.
func (s HTTPSettings) ToTrust(origin string) string {
	if s.TrustsWindows {
		return "import it into Windows' trusted root certification authorities, to which http.schannelUseSSLCAInfo leaves that"
	}
	return s.Sources["sslCAInfo"].ToSet("http."+origin+".sslCAInfo", "<file.pem>")
}

// ifTrustIsReplaced is advice for a file of authorities that is for every host.
func (f failure) ifTrustIsReplaced() []string {
	switch from := f.Sources["sslCAInfo"]; {
	case f.CAFile == "":
		return nil
	case from.Variable != "":
		return []string{from.Variable + " stands in place of the system's authorities: if only some hosts need it, unset it, and set http.<url>.sslCAInfo for these"}
	}
	return []string{"http.sslCAInfo stands in place of the system's authorities: if only some hosts need it, set it as http.<url>.sslCAInfo for these"}
}

// day is a time as it is shown beside others.
func day(moment time.Time) string { return moment.Local().Format(time.DateTime) }

// trusted says who is.
func (s HTTPSettings) trusted() string {
	text := "trusted are the system's"
	if s.CAFile != "" {
		text = fmt.Sprintf(`trusted are those in "%s"`, s.CAFile)
	}
	if s.CAPath != "" {
		text += fmt.Sprintf(` and those in "%s"`, s.CAPath)
	}
	return text
}

// ofClientCertificate explains a server that wants to know who asks.
func (f failure) ofClientCertificate() *ConnectionError {
	operation := new(net.OpError)
	if !errors.As(f.err, &operation) || operation.Op != "remote error" { // crypto/tls's word for an alert (RFC 8446 section 6)
		return nil
	}
	explained := &ConnectionError{text: "the server ended the connection: " + operation.Err.Error(), Lasting: true}
	switch {
	case f.Certificate != "":
		explained.hints = []string{fmt.Sprintf(`check that the client certificate in "%s" (%s) is the one for this server, and not over`, f.Certificate, f.nameOf("sslCert"))}
	case strings.Contains(explained.text, "certificate"):
		explained.text = "the server wants a client certificate"
		explained.hints = []string{fmt.Sprintf("set %s and %s to the files of yours", f.toSet("sslCert"), f.toSet("sslKey"))}
	}
	if strings.HasPrefix(f.Proxy, "https:") { // the alert does not say whose it is
		explained.hints = append(explained.hints, fmt.Sprintf("it may be the proxy that wants one: set %s and %s",
			f.Sources["proxySSLCert"].Name("http.proxySSLCert"), f.Sources["proxySSLKey"].Name("http.proxySSLKey")))
	}
	return explained
}

// toSet is the setting to change for the server.
func (f failure) toSet(name string) string {
	return f.Sources[name].Name("http." + f.origin + "." + name)
}
