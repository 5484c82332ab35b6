package cache

// tryKeyring asks security(1) about the default keychain. A locked keychain need not be
// unlocked to say that an entry does not exist, so that would reveal nothing about the
// lock. The command that does (show-keychain-info) opens the password dialog of a locked
// keychain on a desktop, and fails elsewhere.
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
