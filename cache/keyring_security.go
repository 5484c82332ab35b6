package cache

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// The exit code of security(1) of macOS is the last byte of an OSStatus
// (Security/SecBase.h). This file has no build tag, so that its tests run on every
// system.

// securityError returns the error for an exit code of security(1) and its output: nil
// for 0, one of this package's errors if the code is known.
func securityError(code int, said string) error {
	meaning := securityMeaning(code)
	said = strings.Join(strings.Fields(strings.TrimPrefix(said, "security: ")), " ")
	switch {
	case code == 0:
		return nil
	case meaning == nil && said == "":
		return fmt.Errorf("security ended with exit code %d", code)
	case meaning == nil:
		return fmt.Errorf("security ended with exit code %d: %s", code, said)
	case said == "":
		return meaning
	}
	return fmt.Errorf("%w (security: %s)", meaning, said)
}

// securityMeaning returns the error of this package for an exit code, nil if there is
// none.
func securityMeaning(code int) error {
	switch code {
	case 36, // errSecInteractionNotAllowed (-25308): locked, and no dialog may open
		29,  // errSecInteractionRequired (-25315)
		51,  // errSecAuthFailed (-25293): a wrong password, or access was denied
		128: // errSecUserCanceled (-128): the dialog was dismissed
		return ErrKeyringLocked
	case 37, // errSecNoDefaultKeychain (-25307)
		50, // errSecNoSuchKeychain (-25294)
		53: // errSecNotAvailable (-25291)
		return ErrKeyringAbsent
	case 44: // errSecItemNotFound (-25300)
		return ErrKeyGone
	}
	return nil
}

// defaultKeychain reads the path that "security default-keychain" prints, with quotes
// and blanks around it. With another HOME, as sudo or a test may set it, the path is a
// file that does not exist. Then no keychain is available, so that an entry that is not
// found is not missing, and an attempt to add one would offer to reset the keychain.
func defaultKeychain(printed string, isThere func(path string) bool) (path string, err error) {
	path = strings.Trim(strings.TrimSpace(printed), `"`)
	if path == "" || !isThere(path) {
		return "", fmt.Errorf("%w (no default keychain: %q)", ErrKeyringAbsent, path)
	}
	return path, nil
}

// entryText returns an entry, as go-keyring writes it on macOS, decoded.
func entryText(printed string) (string, error) {
	text, encoded := strings.CutPrefix(strings.TrimSpace(printed), "go-keyring-base64:")
	if !encoded {
		return text, nil
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	return string(decoded), err
}
