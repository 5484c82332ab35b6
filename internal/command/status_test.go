package command

import (
	"testing"

	"git-credential-doorkey/internal/test/docs"
)

// TestDocumentHasEveryField: the document describes every field of the status that programs
// can read.
func TestDocumentHasEveryField(t *testing.T) {
	docs.HasFields(t, "docs/for-programs.md", statusReport{}, statusAccount{}, statusUnreadable{})
}
