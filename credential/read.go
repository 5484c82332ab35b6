package credential

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"git-credential-doorkey/internal/secret"
)

// maxLine is the longest line that a request may have, in bytes, without its line end.
// git's own limit for a pkt-line is of this size; no field needs more.
const maxLine = 65535

// Read reads one request: lines up to an empty line or the end of in. It ignores unknown
// keys, as git requires of helpers.
//
// It fails, and the request must not be answered, on what git never sends: a NUL, a CR
// that is not directly before the LF, a line of over 65,535 bytes, a line without "=", a
// single-valued key that appears twice, a value that its key does not allow. A lone CR
// in particular can make two programs see two different hosts (CVE-2024-52006,
// CVE-2020-5260). It fails with ErrZone on a host that git may send.
func Read(in io.Reader) (Request, error) {
	var request Request
	given := make(map[string]bool)
	lines := bufio.NewReaderSize(in, maxLine+2)
	for number := 1; ; number++ {
		line, err := readLine(lines)
		if err == io.EOF || err == nil && line == "" {
			return request, nil
		}
		if err == nil {
			err = request.set(line, given)
		}
		if err != nil {
			return Request{}, fmt.Errorf("line %d of git's request: %w", number, err)
		}
	}
}

// readLine returns the next line without its line end, io.EOF after the last.
func readLine(lines *bufio.Reader) (string, error) {
	raw, err := lines.ReadSlice('\n')
	switch {
	case err == bufio.ErrBufferFull:
		return "", fmt.Errorf("longer than %d bytes", maxLine)
	case err == io.EOF && len(raw) > 0:
		// The last line may lack its LF.
	case err != nil:
		return "", err
	}
	line, whole := strings.CutSuffix(string(raw), "\n")
	if whole {
		line = strings.TrimSuffix(line, "\r")
	}
	switch {
	case len(line) > maxLine:
		return "", fmt.Errorf("longer than %d bytes", maxLine)
	case strings.ContainsRune(line, '\r'):
		return "", fmt.Errorf("contains a carriage return")
	case strings.ContainsRune(line, 0):
		return "", fmt.Errorf("contains a NUL byte")
	}
	return line, nil
}

// set stores one line in the request. Errors name the key but never the value: it may be
// a secret.
func (r *Request) set(line string, given map[string]bool) error {
	key, value, found := strings.Cut(line, "=")
	if !found {
		return fmt.Errorf("has no \"=\"")
	}
	if list := r.list(key); list != nil {
		if value == "" {
			*list = nil // an empty value removes those before it
		} else {
			*list = append(*list, value)
		}
		return nil
	}
	known, err := r.setSingle(key, value)
	if known && given[key] {
		return fmt.Errorf("%q appears twice", key)
	}
	given[key] = true
	return err
}

// list returns the field of a multi-valued key, nil for any other key.
func (r *Request) list(key string) *[]string {
	switch key {
	case "wwwauth[]":
		return &r.WWWAuthenticate
	case "capability[]":
		return &r.Capabilities
	case "state[]":
		return &r.State
	}
	return nil
}

// setSingle sets the field of a single-valued key. An unknown key changes nothing.
func (r *Request) setSingle(key, value string) (known bool, err error) {
	switch key {
	case "protocol":
		r.Protocol, err = value, checkProtocol(value)
	case "host":
		r.Host, err = value, checkHost(value)
	case "path":
		r.Path = value
	case "username":
		r.Username, r.UsernameGiven = value, true
	case "password":
		r.Password = secret.New(value)
	case "password_expiry_utc":
		r.PasswordExpiry, err = parseExpiry(value)
	case "oauth_refresh_token":
		r.OAuthRefreshToken = secret.New(value)
	case "authtype":
		r.AuthType = value
	case "credential":
		r.Credential = secret.New(value)
	case "ephemeral":
		r.Ephemeral, err = parseBool(key, value)
	default:
		return false, nil
	}
	return true, err
}

// parseExpiry reads seconds since the Unix epoch. git sends no other form.
func parseExpiry(value string) (time.Time, error) {
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil || seconds < 0 {
		return time.Time{}, fmt.Errorf("\"password_expiry_utc\" is not a number of seconds since 1970")
	}
	if seconds > lastSecond {
		return time.Time{}, nil // never expires; such large numbers are milliseconds by mistake
	}
	return time.Unix(seconds, 0), nil
}

// lastSecond is the end of the year 9999, the last one that RFC 3339 (section 1) can
// represent.
const lastSecond = 253402300799

// parseBool reads a boolean as git's configuration writes it (git_config_bool).
func parseBool(key, value string) (bool, error) {
	switch strings.ToLower(value) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0", "":
		return false, nil
	}
	return false, fmt.Errorf("%q is not true or false", key)
}
