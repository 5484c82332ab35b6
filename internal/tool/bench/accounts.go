package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
)

// keep makes a state directory with a grant of the practice GitLab, and returns the
// directory.
func (s *stage) keep(ctx context.Context, place cache.KeyPlace) (string, error) {
	return s.keepOf(ctx, place, cache.Membership{})
}

// keepOf does what keep does, for a grant that may belong to a fleet.
func (s *stage) keepOf(ctx context.Context, place cache.KeyPlace, fleet cache.Membership) (string, error) {
	directory := s.TempDir()
	if place == cache.InKeyring {
		os.Setenv("DBUS_SESSION_BUS_ADDRESS", s.keyring) // the cache looks only there
	}
	access, refresh := s.server.IssueGrant()
	return directory, put(ctx, &cache.Cache{Directory: directory}, place, s.server.URL(), cache.Account{
		Provider: "gitlab", AnswerUsername: "oauth2", ClientID: s.server.ClientID(), TokenEndpoint: s.server.URL() + "/oauth/token",
		Scopes: []string{"read_repository", "write_repository"}, Obtained: time.Now(), Expiry: time.Now().Add(2 * time.Hour), Fleet: fleet,
	}, cache.Secrets{AccessToken: secret.New(access), RefreshToken: secret.New(refresh)})
}

func put(ctx context.Context, c *cache.Cache, place cache.KeyPlace, origin string, account cache.Account, secrets cache.Secrets) error {
	locked, err := c.Lock(ctx, origin, nil)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	_, err = locked.Put(ctx, place, account, secrets)
	return err
}

// expire sets back the expiry of the grant in a state directory.
func (s *stage) expire(ctx context.Context, directory string) error {
	c := &cache.Cache{Directory: directory}
	accounts, err := c.Accounts(s.server.URL())
	if err != nil || len(accounts) != 1 {
		return errors.Join(err, errors.New("the grant is not there any more"))
	}
	secrets, err := c.Unseal(ctx, s.server.URL(), accounts[0])
	if err != nil {
		return err
	}
	account := accounts[0]
	account.Obtained, account.Expiry = time.Now().Add(-3*time.Hour), time.Now().Add(-time.Hour)
	return put(ctx, c, account.Place(), s.server.URL(), account, secrets)
}

// pathHost is a host that doorkey does not sign in to.
const pathHost = "code.example"

// keepPaths makes a state directory with n passwords at one host, each for a path.
func (s *stage) keepPaths(ctx context.Context, n int) (string, error) {
	c := &cache.Cache{Directory: s.TempDir()}
	locked, err := c.Lock(ctx, "https://"+pathHost, nil)
	if err != nil {
		return "", err
	}
	defer locked.Unlock()
	for i := range n {
		if _, err := locked.Put(ctx, cache.InFile, cache.Account{
			Username: "deploy", Path: fmt.Sprintf("group/%d.git", i), Obtained: time.Now(),
		}, cache.Secrets{Password: secret.New(password)}); err != nil {
			return "", err
		}
	}
	return c.Directory, nil
}

// crowd adds the files of n other origins to a state directory. No process decrypts them.
func (s *stage) crowd(directory string, n int) error {
	paths, err := filepath.Glob(filepath.Join(directory, "https-*.json"))
	if err != nil || len(paths) != 1 {
		return fmt.Errorf("one account file is wanted, not %q (%v)", paths, err)
	}
	content, err := os.ReadFile(paths[0])
	if err != nil {
		return err
	}
	host, _, _ := strings.Cut(s.host(), ":")
	for i := range n {
		other := fmt.Sprintf("gitlab-%d.example.com", i)
		path := strings.Replace(paths[0], host, other, 1)
		if err := os.WriteFile(path, bytes.ReplaceAll(content, []byte(host), []byte(other)), 0o600); err != nil {
			return err
		}
	}
	return nil
}
