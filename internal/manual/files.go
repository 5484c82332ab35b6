package manual

// Generated are the files of the repository that are written from the table, by
// their paths. "go generate ./internal/manual" writes them; a test holds them to
// it.
func Generated() map[string]string {
	return map[string]string{
		"docs/git-credential-doorkey.1":           ManPage(),
		"completions/git-credential-doorkey.bash": BashCompletion(),
		"completions/_git-credential-doorkey":     ZshCompletion(),
		"completions/git-credential-doorkey.fish": FishCompletion(),
	}
}

//go:generate go run ../tool/manual
