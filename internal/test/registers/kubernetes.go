package registers

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// StartKubernetes starts the API server of a Kubernetes on an etcd of its own, with an
// empty Secret "doorkey" in the namespace "ci". The service account "runner" may read
// and patch that Secret, and "reader" may read it. Stop leaves the etcd running.
func StartKubernetes(t testing.TB) *Engine {
	t.Helper()
	program := built(t, "kube-apiserver")
	etcd := StartEtcd(t)
	port := parts.FreePort(t)
	e := &Engine{
		Address: "kubernetes:ci/doorkey", URL: "https://127.0.0.1:" + port, Data: etcd.Data,
		Environment: []string{"KUBERNETES_SERVICE_HOST=127.0.0.1", "KUBERNETES_SERVICE_PORT=" + port},
	}
	certificateFile, keyFile := certificate(t)
	e.CAFile = certificateFile
	directory := t.TempDir()
	accountKey, administrators, token := filepath.Join(directory, "account.pem"), filepath.Join(directory, "tokens.csv"), rand.Text()
	if err := os.WriteFile(administrators, []byte(token+",administrator,1,system:masters\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	writePEM(t, accountKey, "EC PRIVATE KEY", newKey(t))
	arguments := []string{
		"--etcd-servers=" + etcd.URL, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port=" + port, "--cert-dir=" + directory,
		"--tls-cert-file=" + certificateFile, "--tls-private-key-file=" + keyFile,
		"--authorization-mode=RBAC", "--token-auth-file=" + administrators,
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=" + accountKey, "--service-account-signing-key-file=" + accountKey,
		"--service-cluster-ip-range=10.0.0.0/24",
		"--endpoint-reconciler-type=none", // no other server should find this one
	}
	administrator := api{e, http.Header{"Authorization": {"Bearer " + token}}}
	e.start = func() *exec.Cmd { return exec.Command(program, arguments...) }
	e.ready = func(context.Context) error {
		_, err := administrator.call(http.MethodGet, "/readyz", nil)
		return err
	}
	e.begin(t)
	administrator.makeSecret()
	e.Token = administrator.serviceAccount("runner", "get", "patch")
	e.ReadOnlyToken = administrator.serviceAccount("reader", "get")
	return e
}

func newKey(t testing.TB) (der []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err == nil {
		der, err = x509.MarshalECPrivateKey(key)
	}
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func (a api) makeSecret() {
	a.e.t.Helper()
	a.must(http.MethodPost, "/api/v1/namespaces", map[string]any{"metadata": map[string]string{"name": "ci"}})
	a.must(http.MethodPost, "/api/v1/namespaces/ci/secrets", map[string]any{"metadata": map[string]string{"name": "doorkey"}})
}

// serviceAccount makes a service account that may use the verbs on the Secret, and
// returns a token for it like the one in a pod.
func (a api) serviceAccount(name string, verbs ...string) string {
	a.e.t.Helper()
	metadata := map[string]string{"name": name}
	a.must(http.MethodPost, "/api/v1/namespaces/ci/serviceaccounts", map[string]any{"metadata": metadata})
	const roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/ci"
	a.must(http.MethodPost, roles+"/roles", map[string]any{"metadata": metadata, "rules": []any{map[string]any{
		"apiGroups": []string{""}, "resources": []string{"secrets"}, "resourceNames": []string{"doorkey"}, "verbs": verbs,
	}}})
	a.must(http.MethodPost, roles+"/rolebindings", map[string]any{
		"metadata": metadata,
		"roleRef":  map[string]string{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
		"subjects": []any{map[string]string{"kind": "ServiceAccount", "name": name, "namespace": "ci"}},
	})
	var made struct {
		Status struct {
			Token string `json:"token"`
		} `json:"status"`
	}
	answer := a.must(http.MethodPost, "/api/v1/namespaces/ci/serviceaccounts/"+name+"/token", map[string]any{"spec": map[string]any{}})
	if err := json.Unmarshal(answer, &made); err != nil || made.Status.Token == "" {
		a.e.t.Fatalf("Kubernetes made no token: %v: %s", err, answer)
	}
	// A new role takes effect after a moment.
	account := api{a.e, http.Header{"Authorization": {"Bearer " + made.Status.Token}}}
	account.eventually(http.MethodGet, "/api/v1/namespaces/ci/secrets/doorkey", nil)
	return made.Status.Token
}
