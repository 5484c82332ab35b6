package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestLocks: an origin has three locks. One process at a time holds each of them. doorkey
// tells the user about a wait, which ends with its context. No lock blocks the other two.
func TestLocks(t *testing.T) {
	type take func(c *Cache, ctx context.Context, waiting func()) (leave func(), err error)
	locks := map[string]take{
		"lock": func(c *Cache, ctx context.Context, waiting func()) (func(), error) {
			locked, err := c.Lock(ctx, origin, waiting)
			if err != nil {
				return nil, err
			}
			return locked.Unlock, nil
		},
		"turn": func(c *Cache, ctx context.Context, waiting func()) (func(), error) {
			return c.LockRefresh(ctx, origin, waiting)
		},
		"sign-in": func(c *Cache, ctx context.Context, waiting func()) (func(), error) {
			signIn, err := c.AwaitSignIn(ctx, origin, waiting)
			if err != nil {
				return nil, err
			}
			return signIn.End, nil
		},
	}
	for name, take := range locks {
		t.Run(name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			leave, err := take(c, t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			for other, take := range locks {
				if other == name {
					continue
				}
				leave, err := take(c, t.Context(), nil)
				if err != nil {
					t.Fatalf("%s beside it: %v", other, err)
				}
				leave()
			}
			ctx, cancel := context.WithCancel(t.Context())
			if _, err := take(c, ctx, cancel); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want that of the context", err)
			}
			leave()
			if leave, err = take(c, t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			leave()
		})
	}
}

// TestSignInAnnounced: a process that waits for a sign-in finds what the sign-in has
// announced, which only the user can read. If the process that announced it is killed, the
// announcement is no longer valid.
func TestSignInAnnounced(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	want := Announcement{Until: time.Now().Add(time.Minute).UTC().Round(0), Address: "https://h.example/device", UserCode: "ABCD"}
	killed := signIn(t, c)
	killed.Announce(want)
	ctx, cancel := context.WithCancel(t.Context())
	told := make(chan Announcement, 1)
	if _, err := c.AwaitSignIn(ctx, origin, func() { told <- c.AnnouncedSignIn(origin); cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	if got := <-told; got != want {
		t.Errorf("was told %v, want %v", got, want)
	}
	killed.end() // as the kernel does
	next := signIn(t, c)
	defer next.End()
	if got := c.AnnouncedSignIn(origin); got != (Announcement{}) {
		t.Errorf("the next one stands there with %v", got)
	}
}

// identity tells which file a path leads to now. On Windows, the result of os.Stat finds
// that out only when it is asked, by a path at which the file may no longer be.
func identity(t *testing.T, path string) os.FileInfo {
	t.Helper()
	file, err := openNoFollow(path, os.O_RDONLY)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// TestSignInReserves: the space that a sign-in reserves is there for its own change,
// whatever other processes change in the meantime, and is released.
func TestSignInReserves(t *testing.T) {
	for _, use := range []bool{true, false} {
		c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
		s := signIn(t, c)
		if err := s.Reserve(t.Context(), InFile); err != nil {
			t.Fatal(err)
		}
		account, secrets := grant("other")
		put(t, c, InFile, account, secrets)
		room := c.path(origin, ".sign-in.new")
		reserved := identity(t, room)
		if use {
			locked, err := s.Lock(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			account, secrets := grant("")
			if _, err := locked.Put(t.Context(), InFile, account, secrets); err != nil {
				t.Fatal(err)
			}
			locked.Unlock()
			if !os.SameFile(identity(t, c.path(origin, ".json")), reserved) {
				t.Error("the account was not written into the room for it")
			}
		}
		s.End()
		for _, file := range []string{room, c.path(origin, ".json.new")} {
			if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("used %v: %s is still there (%v)", use, file, err)
			}
		}
		if accounts, err := c.Accounts(origin); err != nil || len(accounts) != 1 && !use || len(accounts) != 2 && use {
			t.Errorf("used %v: got %v, %v", use, accounts, err)
		}
	}
}

func signIn(t *testing.T, c *Cache) *SignIn {
	t.Helper()
	s, err := c.AwaitSignIn(t.Context(), origin, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
