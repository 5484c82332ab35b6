package fleet

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"git-credential-doorkey/internal/secret"
)

// TestErrorsHideTheToken: doorkey shows an engine's error without the token that was in the
// request.
func TestErrorsHideTheToken(t *testing.T) {
	const token = "hvs.a-token-of-the-engine"
	rude := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, `{"errors":["`+r.Header.Get("X-Vault-Token")+r.Header.Get("Authorization")+` is not allowed"]}`, http.StatusForbidden)
	}))
	defer rude.Close()
	for _, address := range []Address{{Vault, rude.URL, "secret/doorkey"}, {Kubernetes, rude.URL, "ci/doorkey"}} {
		t.Run(string(address.Kind), func(t *testing.T) {
			register := address.Open(Access{Client: rude.Client(), Token: func() (secret.Text, error) { return secret.New(token), nil }}, "record")
			_, _, _, err := register.Read(context.Background())
			if err == nil || !strings.Contains(err.Error(), "[secret] is not allowed") || strings.Contains(err.Error(), token) {
				t.Errorf("got %v", err)
			}
		})
	}
}
