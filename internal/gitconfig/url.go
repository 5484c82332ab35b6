package gitconfig

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

	schemeCharacters = letters + digits + "+.-"
	hostCharacters   = letters + digits + ".-_[:]"
	// reserved characters stay escaped: unescaped they would have another meaning (RFC 3986 section 2.2).
	reserved = ":/?#[]@!$&'()*+,;="
	unsafe   = " <>\"%{}|\\^`"
)

// normalURL is a URL in the form in which git compares two of them (urlmatch.c in git
// 2.52 has the same steps): lower case, without the default port, with as few escapes as
// possible. The path includes everything from the "?".
type normalURL struct {
	scheme, user, host, port, path string

	hasUser bool
}

// normalize reports whether git accepts the text as a URL. In a pattern, a "*" may
// replace a label of the host.
func normalize(text string, isPattern bool) (normal normalURL, ok bool) {
	scheme, rest, found := strings.Cut(text, "://")
	if !found || !consistsOf(scheme, schemeCharacters) || !strings.Contains(letters, scheme[:1]) {
		return normalURL{}, false
	}
	normal.scheme = strings.ToLower(scheme)
	end := strings.IndexAny(rest+"/", "/?#")
	authority, path := rest[:end], rest[end:]
	if user, host, found := strings.Cut(authority, "@"); found {
		user, _, _ = strings.Cut(user, ":")
		if normal.user, ok = normalEscapes(user); !ok {
			return normalURL{}, false
		}
		normal.hasUser, authority = true, host
	}
	if normal.host, normal.port, ok = normalHost(authority, normal.scheme, isPattern); !ok {
		return normalURL{}, false
	}
	normal.path, ok = normalPath(path)
	return normal, ok
}

func consistsOf(text, characters string) bool {
	return text != "" && strings.Trim(text, characters) == ""
}

// normalHost reads a host and its port, "" for the scheme's default.
func normalHost(authority, scheme string, isPattern bool) (host, port string, ok bool) {
	host = authority
	if colon := strings.LastIndexAny(authority, ":]"); colon >= 0 && authority[colon] == ':' {
		host, port = authority[:colon], authority[colon+1:]
	}
	characters := hostCharacters
	if isPattern {
		characters += "*"
	}
	if !consistsOf(host, characters) || host[0] == ':' {
		return "", "", false
	}
	port, ok = normalPort(port, scheme)
	return strings.ToLower(host), port, ok
}

func normalPort(port, scheme string) (normal string, ok bool) {
	if port == "" {
		return "", true
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return "", false
	}
	if scheme == "https" && number == 443 || scheme == "http" && number == 80 {
		return "", true
	}
	return strconv.FormatUint(number, 10), true
}

// normalPath resolves "." and ".."; a path that leaves the root is invalid.
func normalPath(path string) (normal string, ok bool) {
	end := strings.IndexAny(path+"?", "?#")
	path, rest := strings.TrimPrefix(path[:end], "/"), path[end:]
	var segments []string
	for segment := range strings.SplitSeq(path, "/") {
		if segment, ok = normalEscapes(segment); !ok {
			return "", false
		}
		segments = append(segments, segment)
	}
	if segments, ok = withoutDots(segments); !ok {
		return "", false
	}
	rest, ok = normalEscapes(rest)
	return "/" + strings.Join(segments, "/") + rest, ok
}

func withoutDots(segments []string) (kept []string, ok bool) {
	for i, segment := range segments {
		switch segment {
		case ".":
		case "..":
			if len(kept) == 0 {
				return nil, false
			}
			kept = kept[:len(kept)-1]
		default:
			kept = append(kept, segment)
			continue
		}
		if i == len(segments)-1 {
			kept = append(kept, "") // the rest is a directory
		}
	}
	return kept, true
}

// normalEscapes escapes only what has to be escaped.
func normalEscapes(text string) (normal string, ok bool) {
	var written strings.Builder
	for i := 0; i < len(text); i++ {
		c, wasEscaped := text[i], false
		if c == '%' {
			number, err := strconv.ParseUint(text[i+1:min(i+3, len(text))], 16, 8)
			if err != nil || i+3 > len(text) {
				return "", false
			}
			c, wasEscaped = byte(number), true
			i += 2
		}
		if c <= 0x1f || c >= 0x7f || strings.IndexByte(unsafe, c) >= 0 || wasEscaped && strings.IndexByte(reserved, c) >= 0 {
			fmt.Fprintf(&written, "%%%02X", c)
		} else {
			written.WriteByte(c)
		}
	}
	return written.String(), true
}
