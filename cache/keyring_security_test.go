package cache

import (
	"errors"
	"testing"
)

func TestSecurityError(t *testing.T) {
	const said = "security: SecKeychainSearchCopyNext: The specified item\n could not be found in the keychain.\n"
	const text = " (security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.)"
	for _, row := range []struct {
		name string
		code int
		said string
		want error // nil: an error of its own
		text string
	}{
		{"locked, and no dialog may open", 36, said, ErrKeyringLocked, "the keyring is locked" + text},
		{"a dialog would be needed", 29, "", ErrKeyringLocked, "the keyring is locked"},
		{"a wrong password", 51, "", ErrKeyringLocked, "the keyring is locked"},
		{"the dialog was dismissed", 128, "", ErrKeyringLocked, "the keyring is locked"},
		{"no default keychain", 37, said, ErrKeyringAbsent, "no keyring is available" + text},
		{"no such keychain", 50, "", ErrKeyringAbsent, "no keyring is available"},
		{"no keychain is available", 53, "", ErrKeyringAbsent, "no keyring is available"},
		{"no such entry", 44, said, ErrKeyGone, "the data key is missing" + text},
		{"something else", 2, said, nil, "security ended with exit code 2: SecKeychainSearchCopyNext: The specified item could not be found in the keychain."},
		{"something else, in silence", 1, "", nil, "security ended with exit code 1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := securityError(row.code, row.said)
			if err == nil || err.Error() != row.text || row.want != nil && !errors.Is(err, row.want) {
				t.Errorf("got %v, want %v: %s", err, row.want, row.text)
			}
		})
	}
	if err := securityError(0, said); err != nil {
		t.Errorf("got %v for success", err)
	}
}

func TestDefaultKeychain(t *testing.T) {
	const path = "/Users/ada/Library/Keychains/login.keychain-db"
	isThere := func(asked string) bool { return asked == path }
	if got, err := defaultKeychain("    \""+path+"\"\n", isThere); got != path || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for _, printed := range []string{"", "\n", `    "/tmp/home/Library/Keychains/login.keychain-db"`} {
		if got, err := defaultKeychain(printed, isThere); !errors.Is(err, ErrKeyringAbsent) {
			t.Errorf("%q: got %q, %v, want %v", printed, got, err, ErrKeyringAbsent)
		}
	}
}

func TestEntryText(t *testing.T) {
	for printed, want := range map[string]string{"go-keyring-base64:MDBmZg==\n": "00ff", "00ff\n": "00ff"} {
		if got, err := entryText(printed); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", printed, got, err, want)
		}
	}
	if got, err := entryText("go-keyring-base64:?"); err == nil {
		t.Errorf("got %q for what is not base64", got)
	}
}
