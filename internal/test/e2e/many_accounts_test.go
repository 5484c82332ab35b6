package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/keyring"
	"git-credential-doorkey/internal/test/parts"
)

const (
	manyOrigins  = 1000
	manyAccounts = 100
)

// TestManyAccounts: the cost of a get from the cache does not grow with the number of
// origins. With many accounts on one origin, only the file is larger, and doorkey decrypts
// one account. The test counts instead of measuring time: the calls that touch the state
// directory, and how often the keyring is asked for a key.
func TestManyAccounts(t *testing.T) {
	parts.Long(t)
	parts.Strace(t)
	for place, keysFromKeyring := range map[cache.KeyPlace]int{cache.InFile: 0, cache.InKeyring: 1} {
		t.Run(string(place), func(t *testing.T) {
			bus := "unix:path=/nonexistent"
			if place == cache.InKeyring {
				bus = keyring.Start(t).Address
			}
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus)
			k := newKeeper(t, "doorkey "+string(place), bus)
			state := &cache.Cache{Directory: filepath.Join(k.home, "git-credential-doorkey")}
			keepGrant(t, state, place, "https://one.example", "")
			keepGrant(t, state, place, "https://many.example", "")

			one := k.trace(t, "get", "https://one.example")
			one.wants(t, "oauth2:token of ", keysFromKeyring)
			fillWithOrigins(t, state.Directory, "one.example")
			among := k.trace(t, "get", "https://one.example")
			among.wants(t, "oauth2:token of ", keysFromKeyring)
			if !slices.Equal(among.calls, one.calls) {
				t.Errorf("among %d origins:\n%q\nwith one:\n%q", manyOrigins, among.calls, one.calls)
			}

			one = k.trace(t, "get", "https://many.example")
			for i := range manyAccounts {
				keepGrant(t, state, place, "https://many.example", fmt.Sprintf("user%d", i))
			}
			for label, address := range map[string]string{
				"": "https://many.example", "user0": "https://user0@many.example", "user99": "https://user99@many.example",
			} {
				among := k.trace(t, "get", address)
				among.wants(t, "oauth2:token of "+label, keysFromKeyring)
				if got, want := among.withoutReads(), one.withoutReads(); !slices.Equal(got, want) {
					t.Errorf("%s, among %d accounts:\n%q\nwith one:\n%q", address, manyAccounts, got, want)
				}
			}

			// An erase compares all of them.
			among = k.trace(t, "erase", "https://oauth2:other@many.example")
			among.wants(t, "?:?", keysFromKeyring)
		})
	}
}

// keepGrant stores a fresh grant as a sign-in does.
func keepGrant(t *testing.T, state *cache.Cache, place cache.KeyPlace, origin, label string) {
	t.Helper()
	locked, err := state.Lock(t.Context(), origin, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	_, err = locked.Put(t.Context(), place, cache.Account{
		Username: label, Provider: "gitlab", AnswerUsername: "oauth2", ClientID: "client", TokenEndpoint: origin + "/oauth/token",
		Obtained: time.Now(), Expiry: time.Now().Add(2 * time.Hour),
	}, cache.Secrets{AccessToken: secret.New("token of " + label), RefreshToken: secret.New("spare of " + label)})
	if err != nil {
		t.Fatal(err)
	}
}

// fillWithOrigins adds the files of many other origins to the directory of a host's file.
func fillWithOrigins(t *testing.T, directory, host string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(directory, "https-"+host+".json"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range manyOrigins {
		other := fmt.Sprintf("other%d.example", i)
		for suffix, content := range map[string][]byte{".lock": nil, ".json": bytes.ReplaceAll(content, []byte(host), []byte(other))} {
			if err := os.WriteFile(filepath.Join(directory, "https-"+other+suffix), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// tracedRun is what one run of doorkey did.
type tracedRun struct {
	output string
	calls  []string // calls that touch the state directory, in their order: "openat NAME"
	keys   int      // how often the keyring was asked for one
}

// trace runs doorkey under strace.
func (k keeper) trace(t *testing.T, verb, address string) tracedRun {
	t.Helper()
	log := filepath.Join(t.TempDir(), "trace")
	var stdout, stderr bytes.Buffer
	traced := exec.Command("strace", "-f", "-y", "-s", "4096", "-o", log, "-e", "trace=%file,%desc,%network", "git-credential-doorkey", verb)
	traced.Env, traced.Stdin, traced.Stdout, traced.Stderr = k.environment, strings.NewReader(requestFor(t, address, nil)), &stdout, &stderr
	if err := traced.Run(); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	content, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	touches := regexp.MustCompile(`^\d+ +(\w+)\(.*` + regexp.QuoteMeta(k.home) + `/git-credential-doorkey/?([^">]*)`)
	result := tracedRun{output: answerIn(stdout.String())}
	for line := range strings.Lines(string(content)) {
		if call := touches.FindStringSubmatch(line); call != nil {
			result.calls = append(result.calls, call[1]+" "+call[2])
		}
		if strings.Contains(line, "GetSecret") {
			result.keys++
		}
	}
	return result
}

// wants checks the credential in the answer, without its expiry, and that the trace is not
// empty.
func (r tracedRun) wants(t *testing.T, answer string, keys int) {
	t.Helper()
	if got, _, _ := strings.Cut(r.output, " password_expiry_utc="); got != answer {
		t.Errorf("answered %q, want %q", got, answer)
	}
	if r.keys != keys {
		t.Errorf("the keyring was asked for %d keys, want %d", r.keys, keys)
	}
	if len(r.calls) == 0 {
		t.Error("nothing of the state directory is in the trace")
	}
}

// withoutReads removes the calls that depend on the size of a file.
func (r tracedRun) withoutReads() []string {
	return slices.DeleteFunc(slices.Clone(r.calls), func(call string) bool { return strings.HasPrefix(call, "read ") })
}
