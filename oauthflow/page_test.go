package oauthflow

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// TestPageEscapesTheHost: the host is the only part of the page that comes from outside.
func TestPageEscapesTheHost(t *testing.T) {
	for _, outcome := range []error{nil, &Error{Code: "access_denied"}, &Error{Code: "invalid_client"}} {
		answer := httptest.NewRecorder()
		writePage(answer, `<script>"h.example"`, outcome)
		if page := answer.Body.String(); strings.Contains(page, "<script>") || !strings.Contains(page, "&lt;script&gt;&#34;h.example") {
			t.Errorf("the page for %v does not contain the escaped host:\n%s", outcome, page)
		}
	}
}
