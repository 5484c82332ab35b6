package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/registers"
)

// engines are the real services that can store a record. All of them pass the same tests as
// the register in memory.
var engines = []struct {
	name     string
	start    func(testing.TB) *registers.Engine
	hasUsers bool
}{
	{"etcd", registers.StartEtcd, false},
	{"etcd with TLS and users", registers.StartEtcdWithUsers, true},
	{"kubernetes", registers.StartKubernetes, true},
	{"vault", registers.StartVault, true},
}

// TestEngines runs the tests of a register on each engine, and starts each engine once.
func TestEngines(t *testing.T) {
	for _, engine := range engines {
		t.Run(engine.name, func(t *testing.T) {
			running := engine.start(t)
			t.Run("contract", func(t *testing.T) {
				for name, test := range contract {
					record := Name{Origin: "https://" + strings.ReplaceAll(name, " ", "-")}.InEngine()
					t.Run(name, func(t *testing.T) { test(t, func() Register { return open(t, running, record) }) })
				}
			})
			t.Run("many records", func(t *testing.T) { testManyRecords(t, running) })
			t.Run("canceled request", func(t *testing.T) { testCanceledRequest(t, running) })
			if engine.hasUsers {
				t.Run("denied", func(t *testing.T) { testDenied(t, running) })
			}
			t.Run("comes back", func(t *testing.T) { testComesBack(t, running) })
			t.Run("failures", func(t *testing.T) { testFailuresOn(t, running) })
			t.Run("a thousand machines", func(t *testing.T) {
				newWorld(t, StandardTimes(), func() Register { return open(t, running, "many") }).manyRefresh(1000)
			})
		})
	}
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
		Client: e.Client(), Time: time.Minute, // a long time, because this machine is busy
		Token: func() (secret.Text, error) { return secret.New(token), nil },
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
	for name, test := range contract {
		shared := &memory{}
		t.Run(name, func(t *testing.T) { test(t, func() Register { return shared }) })
	}
}

// testCanceledRequest: a canceled request returns an error.
func testCanceledRequest(t *testing.T, running *registers.Engine) {
	register := open(t, running, "canceled")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, err := register.Read(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	if _, err := register.Swap(ctx, []byte("value"), "0"); !errors.Is(err, context.Canceled) {
		t.Errorf("swap: %v", err)
	}
}

// testManyRecords: a change of one record does not change another record, even if the
// engine stores both in one place and all records are changed at once.
func testManyRecords(t *testing.T, running *registers.Engine) {
	const records, changes = 8, 5
	quiet := open(t, running, "quiet")
	_, none, _ := mustRead(t, quiet)
	version := mustSwap(t, quiet, "value", none)
	var changing sync.WaitGroup
	for i := range records {
		changing.Go(func() {
			register := open(t, running, fmt.Sprint("busy-", i))
			_, version, _, err := register.Read(t.Context())
			for change := 0; change < changes && err == nil; change++ {
				version, err = register.Swap(t.Context(), fmt.Append(nil, "change ", change), version)
			}
			if err != nil {
				t.Errorf("record %d: %v", i, err)
			}
		})
	}
	changing.Wait()
	if value, now, _ := mustRead(t, quiet); string(value) != "value" || now != version {
		t.Errorf("the quiet record is %q of version %q, was of %q", value, now, version)
	}
	mustSwap(t, quiet, "changed", version)
}

// contract is what a Register promises. Each test has its own record.
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
		for _, value := range []string{"a", "b", "c"} { // an encrypted record never has the same bytes as an older one
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

// testDenied: if the engine denies a request, the error is ErrRefused and says what to do,
// and nothing changes.
func testDenied(t *testing.T, running *registers.Engine) {
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
	elsewhere.Address = strings.TrimSuffix(running.Address, "/doorkey") + "/elsewhere"
	_, _, _, err = open(t, &elsewhere, "record").Read(t.Context())
	isDenied(t, "a read in another place", err)
	_, err = open(t, &elsewhere, "record").Swap(t.Context(), []byte("changed"), "0")
	isDenied(t, "a swap in another place", err)

	if value, _, _ := mustRead(t, writer); string(value) != "value" {
		t.Errorf("the value is %q", value)
	}
}

func isDenied(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "needs") && !strings.Contains(err.Error(), "must") {
		t.Errorf("%s: got %v", what, err)
	}
}

// testComesBack: a killed engine still has the record after it was started again.
func testComesBack(t *testing.T, running *registers.Engine) {
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
}
