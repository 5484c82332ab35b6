package command

import (
	"testing"

	"git-credential-doorkey/internal/test/docs"
)

// TestDocumentHasEveryField: what programs read of the status is described.
func TestDocumentHasEveryField(t *testing.T) {
	docs.HasFields(t, "docs/for-programs.md", statusReport{}, statusAccount{}, statusUnreadable{})
}
