package cache

// tryKeyring asks security(1) about the default keychain. To say that an entry is
// not there, a locked keychain need not be unlocked, so that this would say nothing
// of the lock. What does (show-keychain-info) opens the password dialog of a locked
// keychain on a desktop, and ends with an error elsewhere.
func tryKeyring(desktop bool) error {
	path, err := keychainInSight()
	if err != nil {
		return err
	}
	if desktop {
		return ErrKeyringUnseen
	}
	_, err = security("show-keychain-info", path)
	return err
}
