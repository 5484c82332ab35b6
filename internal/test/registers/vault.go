package registers

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// StartVault starts a Vault with TLS and a key-value engine, version 2, at "secret/",
// with a token for the records below "secret/doorkey/" and one that may only read them.
func StartVault(t testing.TB) *Engine {
	t.Helper()
	program := built(t, "vault")
	certificateFile, keyFile := certificate(t)
	address := "127.0.0.1:" + parts.FreePort(t)
	e := &Engine{URL: "https://" + address, CAFile: certificateFile, Data: t.TempDir()}
	e.Address = "vault+" + e.URL + "/secret/doorkey"
	e.start = func() *exec.Cmd { return exec.Command(program, address, certificateFile, keyFile, e.Data) }
	e.ready = func(ctx context.Context) error { return answers(e.Client(), e.URL+"/v1/sys/health")(ctx) }
	e.begin(t)

	root := vaultAPI(e, e.rootToken())
	root.must(http.MethodPost, "/v1/sys/mounts/secret", map[string]any{"type": "kv", "options": map[string]string{"version": "2"}})
	e.Token = root.tokenWith("runner", "read", "create", "update")
	e.ReadOnlyToken = root.tokenWith("reader", "read")
	// The mount upgrades itself to version 2 first.
	root.eventually(http.MethodPost, "/v1/secret/data/ready", map[string]any{"data": map[string]string{"is": "ready"}})
	return e
}

// rootToken reads the token that the program has stored next to the data.
func (e *Engine) rootToken() string {
	e.t.Helper()
	var made struct{ RootToken string }
	content, err := os.ReadFile(filepath.Join(e.Data, "init.json"))
	if err == nil {
		err = json.Unmarshal(content, &made)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return made.RootToken
}

func vaultAPI(e *Engine, token string) api {
	return api{e, http.Header{"X-Vault-Token": {token}}}
}

// tokenWith makes a token whose policy has the capabilities for the records.
func (a api) tokenWith(policy string, capabilities ...string) string {
	a.e.t.Helper()
	rule := `path "secret/data/doorkey/*" { capabilities = ["` + strings.Join(capabilities, `", "`) + `"] }`
	a.must(http.MethodPut, "/v1/sys/policies/acl/"+policy, map[string]string{"policy": rule})
	var made struct {
		Auth struct {
			ClientToken string `json:"client_token"`
		} `json:"auth"`
	}
	answer := a.must(http.MethodPost, "/v1/auth/token/create", map[string]any{"policies": []string{policy}, "no_parent": true})
	if err := json.Unmarshal(answer, &made); err != nil || made.Auth.ClientToken == "" {
		a.e.t.Fatalf("Vault made no token: %v: %s", err, answer)
	}
	return made.Auth.ClientToken
}
