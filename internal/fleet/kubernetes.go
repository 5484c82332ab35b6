package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// kubernetesSecret is a record in a Secret of Kubernetes, beside others of its kind.
// An administrator has made the Secret: the right to create one cannot be limited to
// a name.
type kubernetesSecret struct {
	engine          engine
	namespace, name string
	key             string // of the record in the Secret's data
}

type kubernetesObject struct {
	Metadata struct {
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Data map[string][]byte `json:"data"`
}

func (k *kubernetesSecret) path() string {
	return "/api/v1/namespaces/" + url.PathEscape(k.namespace) + "/secrets/" + url.PathEscape(k.name)
}

func (k *kubernetesSecret) wayOut(verb string) string {
	return fmt.Sprintf("the Secret %q must be there in the namespace %q, and a Role must let this pod's service account %s it", k.name, k.namespace, verb)
}

func (k *kubernetesSecret) Read(ctx context.Context) ([]byte, string, time.Time, error) {
	a, err := k.engine.send(ctx, http.MethodGet, k.path(), "", nil)
	if err != nil {
		return nil, "", time.Time{}, err
	}
	if a.status != http.StatusOK {
		return nil, "", time.Time{}, a.refused(k.wayOut("get"))
	}
	var object kubernetesObject
	if err := a.decode(&object); err != nil {
		return nil, "", time.Time{}, err
	}
	value, found := object.Data[k.key]
	if !found {
		value = nil
	}
	return value, object.Metadata.ResourceVersion, a.now, nil
}

// Swap changes one key of the Secret, if the Secret is of that version. A change of
// another record in it is a conflict as well: whoever asked looks again.
func (k *kubernetesSecret) Swap(ctx context.Context, value []byte, version string) (string, error) {
	var patch kubernetesObject
	patch.Metadata.ResourceVersion = version
	patch.Data = map[string][]byte{k.key: value}
	a, err := k.engine.send(ctx, http.MethodPatch, k.path(), "application/merge-patch+json", patch)
	switch {
	case err != nil:
		return "", err
	case a.status == http.StatusConflict:
		return "", ErrConflict
	case a.status != http.StatusOK:
		return "", a.refused(k.wayOut("patch"))
	}
	var object kubernetesObject
	err = json.Unmarshal(a.body, &object)
	return object.Metadata.ResourceVersion, err
}
