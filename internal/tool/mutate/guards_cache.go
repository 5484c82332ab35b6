package main

// guardsOfCache returns the guards of the files and of their encrypted content.
func guardsOfCache() []guard {
	const (
		private, unix, seal = "cache/private.go", "cache/private_unix.go", "cache/seal.go"
		planted, edited     = "cache TestAttackByPlantedFiles", "internal/test/e2e TestAttackByEditedRecord"
		first               = "internal/test/e2e TestAttackByUserWhoWasFirst"
	)
	return []guard{
		{"files are their owner's alone", "internal/test/e2e TestAttackByUserOnFiles", private, `privateFile      fs.FileMode = 0o600`, `privateFile      fs.FileMode = 0o666`},
		{"the directory is its owner's alone", "internal/test/e2e TestAttackByUserOnFiles", private, `privateDirectory fs.FileMode = 0o700`, `privateDirectory fs.FileMode = 0o777`},
		{"the directory is looked at before it is used", first, private, `if err := checkPrivate(directory, info); err != nil {`, `if err := checkPrivate(directory, info); err != nil && false {`},
		{"what is read is looked at", first, private, `if err := checkPrivate(file, info); err != nil {`, `if err := error(nil); err != nil {`},
		{"what is written to is looked at", planted, private, `if err = checkPrivate(file, info); err != nil {`, `if err = nil; err != nil {`},
		{"others own nothing here", "internal/test/e2e TestAttackByUserOnRoot", unix, `known && !whose.isOurs() {`, `known && false {`},
		{"others read and write nothing here", "cache TestDamage", unix, `info.Mode().Perm()&0o077 != 0 {`, `false {`},
		{"links are not followed", planted, unix, `|syscall.O_NOFOLLOW`, ``},
		{"a FIFO is not waited for", "cache TestDamage", unix, `|syscall.O_NONBLOCK`, ``},
		{"a hard link is not written through", planted, "cache/links_unix.go", `return known && file.Nlink > 1`, `return known && file.Nlink > 1000`},
		{"a hard link is not taken for a change", "cache TestAttackByPlantedChange", "cache/finished.go", `if err != nil || hasOtherNames(info) {`, `if err != nil || false && hasOtherNames(info) {`},
		{"a directory is no link to another one", "cache TestAttackByLinkedDirectory", "cache/paths.go", `case !info.IsDir():`, `case false && !info.IsDir():`},
		{"a directory of paths is its owner's alone", "cache TestAttackByPlantedDirectory", "cache/paths.go", `if err := makePrivateDirectory(directory); err != nil {`, `if err := makeDirectory(directory); err != nil {`},
		{"a file is for its path", "cache TestFilesOfPathsStayInTheirPlace", "cache/account_file.go", `if f.ofPath && (`, `if false && (`},
		{"what is no file is not read", "cache TestDamage", private, "if !info.Mode().IsRegular() {\n\t\treturn nil, fmt.Errorf", "if false {\n\t\treturn nil, fmt.Errorf"},
		{"a lock is doorkey's own", planted, "cache/lock.go", `made, err := openOwn(path) // another user could hold it forever`, `made, err := os.Open(os.DevNull)`},
		{"a data key's ID is no path", "cache TestAttackByKeyID", "cache/key.go", `if _, err := hex.DecodeString(id); err != nil || id == "" {`, `if _, err := hex.DecodeString(""); err != nil {`},

		{"an account is for its origin", "internal/test/e2e TestAttackByMovedRecord", seal, ` text(origin),`, ``},
		{"an account is for its label", edited, seal, ` text(account.Username),`, ``},
		{"an account is for its path", edited, seal, ` text(account.Path),`, ``},
		{"an account is for its make of server", edited, seal, ` text(account.Provider),`, ``},
		{"an account is for its user name", edited, seal, `text(account.AnswerUsername), `, ``},
		{"an account is for its application", edited, seal, ` text(account.ClientID),`, ``},
		{"an account is for its token endpoint", edited, seal, ` text(account.TokenEndpoint),`, ``},
		{"an account is for its revocation endpoint", edited, seal, ` text(account.RevocationEndpoint),`, ``},
		{"a file is for its origin", "cache TestDamage", "cache/record.go", `case named != origin:`, `case named == "":`},
		{"two origins have two files", "cache TestFileNamesDiffer", "cache/record.go", `strings.ReplaceAll(scheme, "-", "_")`, `scheme`},
	}
}
