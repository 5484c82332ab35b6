package cache

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"git-credential-doorkey/internal/secret"
)

const origin = "https://gitlab.example.com"

func grant(label string) (Account, Secrets) {
	return Account{
			Username: label, Provider: "gitlab", AnswerUsername: "oauth2", ClientID: "client",
			TokenEndpoint: origin + "/oauth/token", RevocationEndpoint: origin + "/oauth/revoke", Scopes: []string{"read_repository"},
			Obtained: time.Unix(1700000000, 0).UTC(), Expiry: time.Unix(1700007200, 0).UTC(),
		}, Secrets{
			AccessToken: secret.New("access-" + label), RefreshToken: secret.New("refresh-" + label),
		}
}

func lock(t *testing.T, c *Cache, origin string) *Locked {
	t.Helper()
	locked, err := c.Lock(t.Context(), origin, nil)
	if err != nil {
		t.Fatal(err)
	}
	return locked
}

func put(t *testing.T, c *Cache, place KeyPlace, account Account, secrets Secrets) Account {
	t.Helper()
	locked := lock(t, c, origin)
	defer locked.Unlock()
	account, err := locked.Put(t.Context(), place, account, secrets)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// forget removes all accounts of the origin.
func forget(t *testing.T, c *Cache) {
	t.Helper()
	locked := lock(t, c, origin)
	defer locked.Unlock()
	if err := forgetWhere(locked, func(Account) bool { return true }); err != nil {
		t.Fatal(err)
	}
}

// forgetWhere removes the accounts of the origin that match.
func forgetWhere(locked *Locked, matches func(Account) bool) error {
	accounts, err := locked.cache.Accounts(locked.origin)
	if err != nil {
		return err
	}
	return locked.Forget(slices.DeleteFunc(accounts, func(account Account) bool { return !matches(account) })...)
}

// leaveRoom leaves a reserve in a file, as a killed process does. Windows closes its files
// then.
func leaveRoom(t *testing.T, path string, size int64) {
	t.Helper()
	left, err := reserveRoom(path, size)
	if err != nil {
		t.Fatal(err)
	}
	left.file.Close()
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func equal(a, b Secrets) bool {
	return a.AccessToken.Equal(b.AccessToken) && a.RefreshToken.Equal(b.RefreshToken) && a.Password.Equal(b.Password)
}

// dropKeyringKey removes the current data key from the keyring, which may be the
// developer's own.
func dropKeyringKey(t *testing.T, c *Cache) {
	t.Helper()
	id, err := os.ReadFile(filepath.Join(c.Directory, "keyring.key-id"))
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	if err := errors.Join(err, keyring.Delete(keyringService, entryName(strings.TrimSpace(string(id))))); err != nil {
		t.Error(err)
	}
}

// TestContract: the cache keeps these promises wherever the data key is stored.
func TestContract(t *testing.T) {
	for _, place := range []KeyPlace{InFile, InKeyring} {
		t.Run(string(place), func(t *testing.T) {
			if place == InKeyring {
				useKeyring(t)
			}
			for name, promise := range promises {
				t.Run(name, func(t *testing.T) {
					c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
					t.Cleanup(func() { dropKeyringKey(t, c) })
					promise(t, c, place)
				})
			}
		})
	}
}

var promises = map[string]func(*testing.T, *Cache, KeyPlace){
	"what was never kept is not there": func(t *testing.T, c *Cache, _ KeyPlace) {
		if accounts, err := c.Accounts(origin); err != nil || len(accounts) > 0 {
			t.Errorf("got %v, %v", accounts, err)
		}
		if _, err := os.Stat(c.Directory); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("asking made the directory: %v", err)
		}
	},
	"what was kept comes back": func(t *testing.T, c *Cache, place KeyPlace) {
		account, secrets := grant("")
		kept := put(t, c, place, account, secrets)
		accounts, err := c.Accounts(origin)
		if err != nil || len(accounts) != 1 || !reflect.DeepEqual(accounts[0], kept) {
			t.Fatalf("got %v, %v, want %v", accounts, err, kept)
		}
		back, err := c.Unseal(t.Context(), origin, accounts[0])
		if err != nil || !equal(back, secrets) {
			t.Errorf("other secrets came back, error %v", err)
		}
		if !kept.Renewable() {
			t.Error("the account does not say that there is a refresh token")
		}
		kept.key, kept.renewable, kept.sealed = account.key, account.renewable, account.sealed
		if !reflect.DeepEqual(kept, account) {
			t.Errorf("kept %+v of %+v", kept, account)
		}
	},
	"an empty password is not none": func(t *testing.T, c *Cache, place KeyPlace) {
		kept := put(t, c, place, Account{}, Secrets{Password: secret.New("")})
		back, err := c.Unseal(t.Context(), origin, kept)
		if err != nil || !back.Password.IsSet() || back.AccessToken.IsSet() {
			t.Errorf("password set: %v, access token set: %v, error %v", back.Password.IsSet(), back.AccessToken.IsSet(), err)
		}
	},
	"the newest stands first, and one takes the place of its like": func(t *testing.T, c *Cache, place KeyPlace) {
		for _, label := range []string{"alice", "", "alice"} {
			account, secrets := grant(label)
			put(t, c, place, account, secrets)
		}
		put(t, c, place, Account{Username: "alice"}, Secrets{Password: secret.New("p")}) // no grant: another place
		accounts, err := c.Accounts(origin)
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, account := range accounts {
			order = append(order, account.Provider+":"+account.Username)
		}
		if want := []string{":alice", "gitlab:alice", "gitlab:"}; !reflect.DeepEqual(order, want) {
			t.Errorf("order %v, want %v", order, want)
		}
	},
	"forgetting takes what matches": func(t *testing.T, c *Cache, place KeyPlace) {
		for _, label := range []string{"alice", "bob"} {
			account, secrets := grant(label)
			put(t, c, place, account, secrets)
		}
		locked := lock(t, c, origin)
		defer locked.Unlock()
		if err := forgetWhere(locked, func(a Account) bool { return a.Username == "alice" }); err != nil {
			t.Fatal(err)
		}
		if accounts, err := locked.Accounts(); err != nil || len(accounts) != 1 || accounts[0].Username != "bob" {
			t.Errorf("left %v, %v", accounts, err)
		}
	},
	"a password without a path takes the place of its user's others": func(t *testing.T, c *Cache, place KeyPlace) {
		for _, account := range []Account{{Username: "alice", Path: "a"}, {Username: "alice", Path: "b"}, {Username: "bob", Path: "a"}} {
			put(t, c, place, account, Secrets{Password: secret.New("p")})
		}
		put(t, c, place, Account{Username: "alice", Path: "b"}, Secrets{Password: secret.New("q")})
		if accounts, err := c.Accounts(origin); err != nil || len(accounts) != 3 {
			t.Fatalf("with paths: got %v, %v", accounts, err)
		}
		put(t, c, place, Account{Username: "alice"}, Secrets{Password: secret.New("p")})
		accounts, err := c.Accounts(origin)
		if err != nil || len(accounts) != 2 || accounts[0].Username != "alice" || accounts[1].Username != "bob" {
			t.Errorf("got %v, %v", accounts, err)
		}
	},
	"unsealing all gives each its own, and none where the key is gone": func(t *testing.T, c *Cache, place KeyPlace) {
		var accounts []Account
		var kept []Secrets
		for _, label := range []string{"alice", "bob", "carol"} {
			account, secrets := grant(label)
			accounts, kept = append(accounts, put(t, c, place, account, secrets)), append(kept, secrets)
		}
		accounts[1].key.ID, kept[1] = strings.Repeat("0", len(accounts[1].key.ID)), Secrets{}
		back, err := c.UnsealAll(t.Context(), origin, accounts)
		if err != nil || !slices.EqualFunc(back, kept, equal) {
			t.Errorf("other secrets came back, error %v", err)
		}
		accounts[0].sealed, kept[0] = accounts[2].sealed, Secrets{}
		back, err = c.UnsealAll(t.Context(), origin, accounts)
		if err == nil || !strings.Contains(err.Error(), "damaged") || !slices.EqualFunc(back, kept, equal) {
			t.Errorf("one has what is another's sealed: the others' secrets did not come back, or error %v", err)
		}
	},
	"no secret is readable on disk": func(t *testing.T, c *Cache, place KeyPlace) {
		account, secrets := grant("alice")
		put(t, c, place, account, secrets)
		for path, content := range files(t, c.Directory) {
			if strings.Contains(content, "access-alice") || strings.Contains(content, "refresh-alice") {
				t.Errorf("%s has a token in it", path)
			}
		}
	},
	"a sealed account is good for its own metadata alone": func(t *testing.T, c *Cache, place KeyPlace) {
		account, secrets := grant("")
		kept := put(t, c, place, account, secrets)
		for name, change := range map[string]func(*Account){
			"token endpoint":      func(a *Account) { a.TokenEndpoint = "https://evil.example/token" },
			"revocation endpoint": func(a *Account) { a.RevocationEndpoint = "https://evil.example/revoke" },
			"client ID":           func(a *Account) { a.ClientID = "evil" },
			"label":               func(a *Account) { a.Username = "evil" },
			"sealed bytes":        func(a *Account) { a.sealed = append([]byte{a.sealed[0] ^ 1}, a.sealed[1:]...) },
			"cut short":           func(a *Account) { a.sealed = a.sealed[:5] },
		} {
			changed := kept
			change(&changed)
			if _, err := c.Unseal(t.Context(), origin, changed); err == nil {
				t.Errorf("%s: unsealed all the same", name)
			}
		}
		if _, err := c.Unseal(t.Context(), "https://evil.example", kept); err == nil {
			t.Error("unsealed for another origin")
		}
	},
	"processes that start at once share one key": func(t *testing.T, c *Cache, place KeyPlace) {
		ids := make([]string, 8)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				key, err := (&Cache{Directory: c.Directory}).sealingKey(t.Context(), place)
				if err != nil {
					t.Error(err)
				}
				ids[i] = key.reference.ID
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] || id == "" {
				t.Fatalf("keys %v", ids)
			}
		}
	},
	"a key that is gone is said, and the next account starts anew": func(t *testing.T, c *Cache, place KeyPlace) {
		account, secrets := grant("")
		kept := put(t, c, place, account, secrets)
		elsewhere := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
		kept.key.ID = strings.Repeat("0", len(kept.key.ID))
		if _, err := elsewhere.Unseal(t.Context(), origin, kept); !errors.Is(err, ErrKeyGone) {
			t.Fatalf("error %v, want %v", err, ErrKeyGone)
		}
		dropKeyringKey(t, c)
		if err := os.WriteFile(filepath.Join(c.Directory, string(place)+".key-id"), []byte(kept.key.ID+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		again := put(t, c, place, account, secrets)
		if _, err := c.Unseal(t.Context(), origin, again); err != nil {
			t.Error(err)
		}
	},
	"whoever reads finds the old, the new or none, and stops no change": func(t *testing.T, c *Cache, place KeyPlace) {
		account, secrets := grant("")
		var reader sync.WaitGroup
		changed := make(chan struct{})
		reader.Go(func() {
			for !isClosed(changed) {
				if accounts, err := c.Accounts(origin); err != nil || len(accounts) > 1 {
					t.Errorf("got %v, %v", accounts, err)
					return
				}
			}
		})
		defer reader.Wait()
		defer close(changed)
		for range 50 {
			put(t, c, place, account, secrets)
			put(t, c, place, account, secrets)
			forget(t, c)
		}
	},
	"with the last account its file goes": func(t *testing.T, c *Cache, place KeyPlace) {
		account, secrets := grant("")
		put(t, c, place, account, secrets)
		put(t, c, place, Account{Username: "alice"}, Secrets{Password: secret.New("p")})
		for _, suffix := range []string{".json.new", ".notes.new"} { // a killed process leaves such files
			leaveRoom(t, c.path(origin, suffix), 1)
		}
		locked := lock(t, c, origin)
		defer locked.Unlock()
		if err := errors.Join(locked.NoteFailure(Failure{Text: "no answer"}), (&SignIn{cache: c, origin: origin}).NoteRefusal(Refusal{At: time.Now()})); err != nil {
			t.Fatal(err)
		}
		for i, left := range []int{1, 0, 0} {
			forgotten := []string{"alice", account.Username, "nobody"}[i]
			if err := forgetWhere(locked, func(a Account) bool { return a.Username == forgotten }); err != nil {
				t.Fatal(err)
			}
			if accounts, err := c.Accounts(origin); err != nil || len(accounts) != left {
				t.Errorf("without %q: %v, %v", forgotten, accounts, err)
			}
		}
		names, err := filepath.Glob(c.path(origin, "*"))
		if err != nil || !slices.Equal(names, []string{c.path(origin, ".lock")}) {
			t.Errorf("left of the host: %q, %v", names, err)
		}
		if kept, err := c.List(); err != nil || len(kept) != 0 {
			t.Errorf("listed: %v, %v", kept, err)
		}
		if _, err := locked.Put(t.Context(), place, account, secrets); err != nil {
			t.Error(err)
		}
	},
	"reserving leaves nothing behind": func(t *testing.T, c *Cache, place KeyPlace) {
		for _, use := range []bool{true, false} {
			locked := lock(t, c, origin)
			if err := locked.Reserve(t.Context(), place); err != nil {
				t.Fatal(err)
			}
			if use {
				account, secrets := grant("")
				if _, err := locked.Put(t.Context(), place, account, secrets); err != nil {
					t.Fatal(err)
				}
			}
			locked.Unlock()
			if _, err := os.Stat(c.path(origin, ".json.new")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("used %v: the reserved file is still there (%v)", use, err)
			}
		}
		if accounts, err := c.Accounts(origin); err != nil || len(accounts) != 1 {
			t.Errorf("got %v, %v", accounts, err)
		}
	},
}

func files(t *testing.T, directory string) map[string]string {
	t.Helper()
	contents := make(map[string]string)
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		path := filepath.Join(directory, entry.Name())
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		contents[path] = string(content)
	}
	return contents
}
