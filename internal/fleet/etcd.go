package fleet

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"git-credential-doorkey/internal/secret"
)

// etcdKey is a record in etcd, through the JSON gateway of its API version 3.
type etcdKey struct {
	engine engine
	key    []byte
	login  func(context.Context) (user string, password secret.Text, err error)

	mutex sync.Mutex
	token secret.Text // of a session, which etcd ends after some minutes without use
}

// Messages of the gateway. It writes 64-bit numbers as text.
type (
	etcdRange struct {
		Key []byte `json:"key"`
	}
	etcdHeader struct {
		Revision string `json:"revision"`
	}
	etcdRangeAnswer struct {
		Header *etcdHeader `json:"header"`
		Kvs    []struct {
			Value       []byte `json:"value"`
			ModRevision string `json:"mod_revision"`
		} `json:"kvs"`
	}
	etcdCompare struct {
		Key         []byte `json:"key"`
		Target      string `json:"target"`
		ModRevision string `json:"modRevision"`
	}
	etcdPut struct {
		Key   []byte `json:"key"`
		Value []byte `json:"value"`
	}
	etcdOperation struct {
		RequestPut etcdPut `json:"requestPut"`
	}
	etcdTransaction struct {
		Compare []etcdCompare   `json:"compare"`
		Success []etcdOperation `json:"success"`
	}
	etcdTransactionAnswer struct {
		Header    *etcdHeader `json:"header"`
		Succeeded bool        `json:"succeeded"`
	}
)

// Read asks the majority of the cluster: the gateway's default is a linearizable read.
func (k *etcdKey) Read(ctx context.Context) ([]byte, string, time.Time, error) {
	a, err := k.send(ctx, "/v3/kv/range", etcdRange{k.key})
	if err != nil {
		return nil, "", time.Time{}, err
	}
	var read etcdRangeAnswer
	switch err := a.decode(&read); {
	case err != nil:
		return nil, "", time.Time{}, err
	case read.Header == nil:
		return nil, "", time.Time{}, fmt.Errorf("its answer is not from etcd; check the address")
	case len(read.Kvs) == 0:
		return nil, "0", a.now, nil
	}
	return read.Kvs[0].Value, read.Kvs[0].ModRevision, a.now, nil
}

func (k *etcdKey) Swap(ctx context.Context, value []byte, version string) (string, error) {
	a, err := k.send(ctx, "/v3/kv/txn", etcdTransaction{
		Compare: []etcdCompare{{k.key, "MOD", version}},
		Success: []etcdOperation{{etcdPut{k.key, value}}},
	})
	if err != nil {
		return "", err
	}
	var done etcdTransactionAnswer
	switch err := a.decode(&done); {
	case err != nil:
		return "", err
	case done.Header == nil:
		return "", fmt.Errorf("its answer is not from etcd; check the address")
	case !done.Succeeded:
		return "", ErrConflict
	}
	return done.Header.Revision, nil
}

// send sends a request in a session. It starts a new session, once, if the old one has
// ended.
func (k *etcdKey) send(ctx context.Context, path string, body any) (answer, error) {
	ctx, cancel := k.engine.limited(ctx)
	defer cancel()
	for first := true; ; first = false {
		token, err := k.session(ctx)
		if err != nil {
			return answer{}, err
		}
		e := k.engine
		e.authorize = func(_ context.Context, header http.Header) error {
			if !token.IsEmpty() {
				header.Set("Authorization", token.Reveal())
			}
			return nil
		}
		a, err := e.send(ctx, http.MethodPost, path, "application/json", body)
		switch {
		case err != nil:
			return answer{}, err
		case a.status == http.StatusOK:
			return a, nil
		case a.status == http.StatusUnauthorized && first && !token.IsEmpty():
			k.endSession(token)
		default:
			return answer{}, etcdRefused(a)
		}
	}
}

// etcdRefused also returns ErrRefused for what the gateway calls a bad request: a
// missing user name, or a wrong password.
func etcdRefused(a answer) error {
	if a.status == http.StatusBadRequest {
		a.status = http.StatusForbidden
	}
	return a.refused("the user's role needs the permission readwrite on the fleet's prefix; doorkey gets the user and password for this address from git's credential helpers")
}

// session returns the token of a session; "" without a user name, as in an etcd without
// users.
func (k *etcdKey) session(ctx context.Context) (secret.Text, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if !k.token.IsEmpty() || k.login == nil {
		return k.token, nil
	}
	user, password, err := k.login(ctx)
	if err != nil || user == "" {
		return secret.Text{}, err
	}
	a, err := k.engine.send(ctx, http.MethodPost, "/v3/auth/authenticate", "application/json", map[string]string{"name": user, "password": password.Reveal()})
	if err != nil {
		return secret.Text{}, err
	}
	if a.status != http.StatusOK {
		return secret.Text{}, etcdRefused(a)
	}
	var begun struct {
		Token string `json:"token"`
	}
	err = a.decode(&begun)
	k.token = secret.New(begun.Token)
	return k.token, err
}

// endSession drops a token that etcd no longer knows.
func (k *etcdKey) endSession(token secret.Text) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.token.Equal(token) {
		k.token = secret.Text{}
	}
}
