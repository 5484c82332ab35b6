package settings

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// gateway finds out what git sends to a gateway in front of the host with an origin. An
// endpoint on another host gets nothing of it.
func (r Reader) gateway(ctx context.Context, origin string, endpoint *url.URL, cookieFile string) (oauthflow.Gateway, error) {
	gateway := oauthflow.Gateway{Origin: origin}
	if origin == "" || OriginOf(endpoint.String()) != origin {
		return oauthflow.Gateway{}, nil
	}
	headers, err := r.Git.All(ctx, "http", "extraHeader", endpoint)
	if err != nil {
		return oauthflow.Gateway{}, fmt.Errorf("git's configuration: %v", err)
	}
	for _, header := range headers {
		gateway.Headers = append(gateway.Headers, secret.New(header))
	}
	if cookieFile, err = gitconfig.ExpandPath(ctx, cookieFile); err != nil {
		return oauthflow.Gateway{}, fmt.Errorf("git's http.cookieFile: %v", err)
	}
	if cookies := cookiesFor(readCookies(cookieFile), endpoint, time.Now()); cookies != "" {
		gateway.Headers = append(gateway.Headers, secret.New("Cookie: "+cookies))
	}
	return gateway, nil
}

const largestCookieFile = 1 << 20 // bytes

// readCookies returns the content of a file. Like in curl, a file that cannot be read
// has no cookies.
func readCookies(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	content, _ := io.ReadAll(io.LimitReader(file, largestCookieFile))
	return string(content)
}

// cookiesFor returns the cookies in a file that are for an endpoint, in the form of a
// header. The file has lines in Netscape's format with seven fields, or HTTP headers
// ("Set-Cookie: …"), as curl reads them (CURLOPT_COOKIEFILE).
func cookiesFor(content string, endpoint *url.URL, now time.Time) string {
	var pairs []string
	for line := range strings.Lines(content) {
		cookie, ok := readCookie(strings.TrimRight(line, "\r\n"))
		if ok && isCookieFor(cookie, endpoint, now) {
			pairs = append(pairs, cookie.Name+"="+cookie.Value)
		}
	}
	return strings.Join(pairs, "; ")
}

// readCookie reads a line. A domain that begins with "." also covers its subdomains.
func readCookie(line string) (*http.Cookie, bool) {
	if header, isHeader := strings.CutPrefix(line, "Set-Cookie:"); isHeader {
		cookie, err := http.ParseSetCookie(strings.TrimSpace(header))
		if err == nil && cookie.Domain != "" {
			cookie.Domain = "." + strings.TrimPrefix(cookie.Domain, ".")
		}
		return cookie, err == nil
	}
	fields := strings.Split(strings.TrimPrefix(line, "#HttpOnly_"), "\t")
	if len(fields) != 7 || strings.HasPrefix(fields[0], "#") {
		return nil, false
	}
	expiry, err := strconv.ParseInt(fields[4], 10, 64)
	if err != nil {
		return nil, false
	}
	cookie := &http.Cookie{Domain: strings.TrimPrefix(fields[0], "."), Path: fields[2], Secure: fields[3] == "TRUE", Name: fields[5], Value: fields[6]}
	if fields[1] == "TRUE" {
		cookie.Domain = "." + cookie.Domain
	}
	if expiry > 0 {
		cookie.Expires = time.Unix(expiry, 0)
	}
	return cookie, true
}

// isCookieFor reports whether a cookie is sent to an endpoint (RFC 6265 section 5.4).
func isCookieFor(cookie *http.Cookie, endpoint *url.URL, now time.Time) bool {
	host, domain := strings.ToLower(endpoint.Hostname()), strings.ToLower(cookie.Domain)
	root := strings.TrimSuffix(cookie.Path, "/")
	rest, isBelow := strings.CutPrefix(endpoint.Path, root)
	return (domain == "" || host == strings.TrimPrefix(domain, ".") || domain[0] == '.' && strings.HasSuffix(host, domain)) &&
		isBelow && (rest == "" || rest[0] == '/') && (!cookie.Secure || endpoint.Scheme == "https") &&
		(cookie.Expires.IsZero() || cookie.Expires.After(now))
}
