package fleet

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// vaultSecret is a record in the key-value engine, version 2, of Vault or OpenBao.
type vaultSecret struct {
	engine engine
	path   string // "/v1/MOUNT/data/PATH/NAME"
}

type vaultAnswer struct {
	Errors []string `json:"errors"`
	Data   *struct {
		Data *struct {
			Record string `json:"record"`
		} `json:"data"`
		Metadata struct {
			Version int `json:"version"`
		} `json:"metadata"`
		Version int `json:"version"` // in the answer to a write
	} `json:"data"`
}

func (v *vaultSecret) wayOut(capabilities string) string {
	return fmt.Sprintf("the token's policy needs the capabilities %s on %q, which must belong to a key-value engine, version 2", capabilities, strings.TrimPrefix(v.path, "/v1/"))
}

// Read returns no record if there never was one, or if its last version was deleted; the
// deleted version still counts.
func (v *vaultSecret) Read(ctx context.Context) ([]byte, string, time.Time, error) {
	a, err := v.engine.send(ctx, http.MethodGet, v.path, "", nil)
	if err != nil {
		return nil, "", time.Time{}, err
	}
	var read vaultAnswer
	if a.status == http.StatusOK || a.status == http.StatusNotFound {
		if err := a.decode(&read); err != nil {
			return nil, "", time.Time{}, err
		}
	}
	switch {
	case a.status == http.StatusOK && read.Data != nil && read.Data.Data != nil:
		return []byte(read.Data.Data.Record), strconv.Itoa(read.Data.Metadata.Version), a.now, nil
	case a.status == http.StatusNotFound && read.Data != nil:
		return nil, strconv.Itoa(read.Data.Metadata.Version), a.now, nil
	case a.status == http.StatusNotFound && len(read.Errors) == 0:
		return nil, "0", a.now, nil
	}
	return nil, "", time.Time{}, a.refused(v.wayOut("read"))
}

func (v *vaultSecret) Swap(ctx context.Context, value []byte, version string) (string, error) {
	number, err := strconv.Atoi(version)
	if err != nil {
		return "", err
	}
	a, err := v.engine.send(ctx, http.MethodPost, v.path, "application/json", map[string]any{
		"options": map[string]int{"cas": number},
		"data":    map[string]string{"record": string(value)},
	})
	if err != nil {
		return "", err
	}
	var written vaultAnswer
	switch err := a.decode(&written); {
	case err != nil:
		return "", err
	case a.status == http.StatusBadRequest && strings.Contains(strings.Join(written.Errors, " "), "check-and-set"):
		return "", ErrConflict
	case a.status != http.StatusOK || written.Data == nil:
		return "", a.refused(v.wayOut("create and update"))
	}
	return strconv.Itoa(written.Data.Version), nil
}
