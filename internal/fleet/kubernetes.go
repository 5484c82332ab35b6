package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// kubernetesSecret is a record in a Kubernetes Secret, which may contain others of the
// same kind. An administrator creates the Secret: the right to create one cannot be
// limited to a name.
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
	return fmt.Sprintf("the Secret %q must exist in the namespace %q, and a Role must allow this pod's service account to %s it", k.name, k.namespace, verb)
}

// Read returns a version that depends only on this record's value: the version of the
// Secret changes with every record in it, so that a machine that waits for an abandoned
// claim would never see the claim unchanged. No two changes of a record have the same
// bytes: each is encrypted with a new nonce.
func (k *kubernetesSecret) Read(ctx context.Context) ([]byte, string, time.Time, error) {
	value, _, now, err := k.get(ctx)
	return value, versionOf(value), now, err
}

// versionOf returns the version of a record with a value.
func versionOf(value []byte) string {
	if value == nil {
		return "0"
	}
	hash := sha256.Sum256(value)
	return hex.EncodeToString(hash[:])
}

func (k *kubernetesSecret) get(ctx context.Context) (value []byte, resourceVersion string, now time.Time, err error) {
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
	if object.Metadata.ResourceVersion == "" {
		return nil, "", time.Time{}, errors.New("its answer is not from Kubernetes; check the address")
	}
	value, found := object.Data[k.key]
	if !found {
		value = nil
	}
	return value, object.Metadata.ResourceVersion, a.now, nil
}

// Swap changes one key of the Secret. Kubernetes compares the version of the whole
// Secret: if another record in it has changed since this one was read, Swap tries again.
func (k *kubernetesSecret) Swap(ctx context.Context, value []byte, version string) (string, error) {
	ctx, cancel := k.engine.limited(ctx)
	defer cancel()
	end, _ := ctx.Deadline()
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, longestBusy) {
		current, resourceVersion, _, err := k.get(ctx)
		if err != nil {
			return "", err
		}
		if versionOf(current) != version {
			return "", ErrConflict
		}
		err = k.patch(ctx, value, resourceVersion)
		switch {
		case err == nil:
			return versionOf(value), nil
		case !errors.Is(err, ErrConflict):
			return "", err
		case time.Now().Add(pause).After(end):
			return "", fmt.Errorf("the Secret %q kept changing for %v\nuse a separate Secret for each project", k.name, k.engine.time)
		}
		sleep(ctx, jittered(pause))
	}
}

// longestBusy is the longest pause before repeating a swap after a change of another
// record.
const longestBusy = 200 * time.Millisecond

// patch changes the record if the Secret has that version.
func (k *kubernetesSecret) patch(ctx context.Context, value []byte, resourceVersion string) error {
	var patch kubernetesObject
	patch.Metadata.ResourceVersion = resourceVersion
	patch.Data = map[string][]byte{k.key: value}
	a, err := k.engine.send(ctx, http.MethodPatch, k.path(), "application/merge-patch+json", patch)
	switch {
	case err != nil:
		return err
	case a.status == http.StatusConflict:
		return ErrConflict
	case a.status != http.StatusOK:
		return a.refused(k.wayOut("patch"))
	}
	return nil
}
