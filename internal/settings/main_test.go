package settings

import (
	"os"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

func TestMain(m *testing.M) {
	parts.Undisturbed()
	os.Exit(m.Run())
}
