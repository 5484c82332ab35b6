package fleet

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/registers"
)

// engines are the real places in which a record can be. Each passes the same tests,
// as does the one in memory.
var engines = []struct {
	name     string
	start    func(testing.TB) *registers.Engine
	hasUsers bool
}{
	{"etcd", registers.StartEtcd, false},
	{"etcd with TLS and users", registers.StartEtcdWithUsers, true},
}

// openAs opens a record as one of the users of an engine.
func openAs(t *testing.T, e *registers.Engine, user, token, record string) Register {
	t.Helper()
	address, err := ParseAddress(e.Address)
	if err != nil {
		t.Fatal(err)
	}
	if address.Kind == Kubernetes {
		address.URL = e.URL
	}
	return address.Open(Access{
		Client: e.Client(),
		Token:  func() (secret.Text, error) { return secret.New(token), nil },
		Login: func(context.Context) (string, secret.Text, error) {
			return user, secret.New(e.Password), nil
		},
	}, record)
}

// open opens a record as the user who may change it.
func open(t *testing.T, e *registers.Engine, record string) Register {
	t.Helper()
	return openAs(t, e, e.User, e.Token, record)
}

func TestContract(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		for name, test := range contract {
			shared := &memory{}
			t.Run(name, func(t *testing.T) { test(t, func() Register { return shared }) })
		}
	})
	for _, engine := range engines {
		t.Run(engine.name, func(t *testing.T) {
			running := engine.start(t)
			for name, test := range contract {
				record := Name{Origin: "https://" + strings.ReplaceAll(name, " ", "-")}.InEngine()
				t.Run(name, func(t *testing.T) { test(t, func() Register { return open(t, running, record) }) })
			}
		})
	}
}

// TestCanceledRequest: a request that nobody waits for any more is an error.
func TestCanceledRequest(t *testing.T) {
	for _, engine := range engines {
		t.Run(engine.name, func(t *testing.T) {
			register := open(t, engine.start(t), "record")
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, _, _, err := register.Read(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("read: %v", err)
			}
			if _, err := register.Swap(ctx, []byte("value"), "0"); !errors.Is(err, context.Canceled) {
				t.Errorf("swap: %v", err)
			}
		})
	}
}

// contract is what a Register promises, over a record of its own.
var contract = map[string]func(t *testing.T, open func() Register){
	"no record is a nil value, and is created": func(t *testing.T, open func() Register) {
		value, version, _ := mustRead(t, open())
		if value != nil {
			t.Errorf("got %q", value)
		}
		written := mustSwap(t, open(), "first", version)
		if value, version, _ := mustRead(t, open()); string(value) != "first" || version != written {
			t.Errorf("got %q of version %q, written %q", value, version, written)
		}
	},
	"each change has another version": func(t *testing.T, open func() Register) {
		register := open()
		_, version, _ := mustRead(t, register)
		seen := []string{version}
		for _, value := range []string{"a", "b", "a", "a"} {
			version = mustSwap(t, register, value, version)
			if slices.Contains(seen, version) {
				t.Errorf("%q again", version)
			}
			seen = append(seen, version)
		}
	},
	"an older version is a conflict, and changes nothing": func(t *testing.T, open func() Register) {
		register := open()
		_, none, _ := mustRead(t, register)
		first := mustSwap(t, register, "first", none)
		mustSwap(t, register, "second", first)
		for _, old := range []string{none, first} {
			if _, err := register.Swap(t.Context(), []byte("third"), old); !errors.Is(err, ErrConflict) {
				t.Errorf("with version %q: %v", old, err)
			}
		}
		if value, _, _ := mustRead(t, open()); string(value) != "second" {
			t.Errorf("got %q", value)
		}
	},
	"of many swaps of one version one succeeds": func(t *testing.T, open func() Register) {
		_, version, _ := mustRead(t, open())
		var mutex sync.Mutex
		var running sync.WaitGroup
		succeeded := 0
		for range 20 {
			running.Go(func() {
				_, err := open().Swap(t.Context(), []byte("value"), version)
				mutex.Lock()
				defer mutex.Unlock()
				switch {
				case err == nil:
					succeeded++
				case !errors.Is(err, ErrConflict):
					t.Error(err)
				}
			})
		}
		running.Wait()
		if succeeded != 1 {
			t.Errorf("%d succeeded", succeeded)
		}
	},
	"values have any bytes": func(t *testing.T, open func() Register) {
		register := open()
		_, version, _ := mustRead(t, register)
		long := strings.Repeat(`{"sealed":"é+/=\u0000"}`, 1000)
		mustSwap(t, register, long, version)
		if value, _, _ := mustRead(t, register); string(value) != long {
			t.Errorf("%d bytes became %d", len(long), len(value))
		}
	},
	"the clock is the engine's": func(t *testing.T, open func() Register) {
		_, _, now := mustRead(t, open())
		if off := time.Since(now).Abs(); off > 5*time.Second {
			t.Errorf("it is off by %v", off)
		}
	},
}

func mustRead(t *testing.T, r Register) (value []byte, version string, now time.Time) {
	t.Helper()
	value, version, now, err := r.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return value, version, now
}

func mustSwap(t *testing.T, r Register, value, version string) (newVersion string) {
	t.Helper()
	newVersion, err := r.Swap(t.Context(), []byte(value), version)
	if err != nil {
		t.Fatal(err)
	}
	return newVersion
}

// TestDenied: what the engine refuses is ErrRefused with what to do, and changes nothing.
func TestDenied(t *testing.T) {
	for _, engine := range engines {
		if !engine.hasUsers {
			continue
		}
		t.Run(engine.name, func(t *testing.T) {
			running := engine.start(t)
			writer := open(t, running, "record")
			_, version, _ := mustRead(t, writer)
			version = mustSwap(t, writer, "value", version)

			reader := openAs(t, running, running.ReadOnlyUser, running.ReadOnlyToken, "record")
			if value, _, _ := mustRead(t, reader); string(value) != "value" {
				t.Errorf("the reader read %q", value)
			}
			_, err := reader.Swap(t.Context(), []byte("changed"), version)
			isDenied(t, "a reader's swap", err)

			stranger := openAs(t, running, "stranger", "not-a-token", "record")
			_, _, _, err = stranger.Read(t.Context())
			isDenied(t, "a stranger's read", err)

			elsewhere := *running
			elsewhere.Address = strings.Replace(running.Address, "/doorkey", "/elsewhere", 1)
			_, _, _, err = open(t, &elsewhere, "record").Read(t.Context())
			isDenied(t, "a read in another place", err)

			if value, _, _ := mustRead(t, writer); string(value) != "value" {
				t.Errorf("the value is %q", value)
			}
		})
	}
}

func isDenied(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "must") {
		t.Errorf("%s: got %v", what, err)
	}
}

// TestEngineComesBack: an engine that was killed has the record when it is back.
func TestEngineComesBack(t *testing.T) {
	for _, engine := range engines {
		t.Run(engine.name, func(t *testing.T) {
			running := engine.start(t)
			register := open(t, running, "record")
			_, version, _ := mustRead(t, register)
			mustSwap(t, register, "value", version)
			running.Stop()
			if _, _, _, err := register.Read(t.Context()); err == nil || errors.Is(err, ErrRefused) || errors.Is(err, ErrConflict) {
				t.Errorf("while it is down: %v", err)
			}
			running.Start()
			if value, _, _ := mustRead(t, register); string(value) != "value" {
				t.Errorf("got %q", value)
			}
		})
	}
}
