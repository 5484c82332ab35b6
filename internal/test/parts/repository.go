package parts

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Repository returns the directory that contains the module's testdata: the working
// directory, or one above it. If a test runs elsewhere, without the source, Repository
// ends it like Missing.
func Repository(t testing.TB) string {
	t.Helper()
	directory, err := FindRepository()
	if err != nil {
		Missing(t, "the source of doorkey", err.Error())
	}
	return directory
}

// FindRepository is Repository for code outside a test.
func FindRepository() (string, error) {
	directory, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(directory, "testdata", "script")); missing == nil {
			return directory, nil
		}
		if directory == filepath.Dir(directory) {
			err = errors.New("testdata/script is not in the working directory or above it; run the test inside the source of doorkey")
		}
		directory = filepath.Dir(directory)
	}
	return "", err
}
