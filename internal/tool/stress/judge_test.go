package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// TestEveryMistakeIsFound makes each check find what it has to find. The rows share one
// setting. Their order is the order in which they do damage.
func TestEveryMistakeIsFound(t *testing.T) {
	s := newTestStress(t)
	request := []string{"protocol=https", "host=" + s.host()}
	account := func() string {
		paths, err := filepath.Glob(filepath.Join(s.accounts(), "https*.json"))
		if err != nil || len(paths) != 1 {
			t.Fatalf("account files %q, %v", paths, err)
		}
		return paths[0]
	}
	for _, test := range []struct {
		name string
		act  func(*testing.T)
		want []string
	}{
		{"nothing is refreshed", func(t *testing.T) { s.judgeServer() }, []string{"nothing was tried"}},
		{"a process fails", func(t *testing.T) { s.careful().helper(t.Context(), "get", "nonsense") }, []string{"get failed: exit status 1: doorkey: "}},
		{"there is no such program", func(t *testing.T) {
			other := s.careful()
			other.stress = &stress{setting: &setting{programs: "/nonexistent"}, ledger: s.ledger}
			other.helper(t.Context(), "get")
		}, []string{"get did not start"}},
		{"no answer", func(t *testing.T) { s.careful().get(t.Context(), nil, 0) }, []string{"get gave no token"}},
		{"a token that was replaced", func(t *testing.T) { s.careful().get(t.Context(), request, 99) }, []string{"get handed out token 1; number 99 is the oldest"}},
		{"a file of nobody's", func(t *testing.T) {
			write(t, filepath.Join(s.accounts(), "file"), "")
			s.judgeFiles()
		}, []string{`left behind: "file"`}},
		{"two files in between", func(t *testing.T) {
			write(t, filepath.Join(s.accounts(), "a.new"), "")
			write(t, filepath.Join(s.accounts(), "b.new"), "")
			s.judgeFiles()
		}, []string{`left behind: ["a.new" "b.new"]`}},
		{"an old account is put back", func(t *testing.T) {
			old, err := os.ReadFile(account())
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the first command erases, the second refreshes
				s.server.RevokeAccessTokens()
				s.careful().command(t.Context())
			}
			write(t, account(), string(old))
			for range 2 {
				s.careful().command(t.Context())
			}
			s.judgeServer()
		}, []string{"1 sign-ins after the first", "2 times a refresh token was sent that was spent"}},
		{"the grant is revoked", func(t *testing.T) {
			s.server.RevokeGrants()
			s.judgeAccount(t.Context())
		}, []string{"the refresh token that is kept is dead"}},
		{"the account is damaged", func(t *testing.T) {
			write(t, account(), "{")
			s.judgeAccount(t.Context())
		}, []string{"damaged"}},
		{"the account is gone", func(t *testing.T) {
			if err := os.Remove(account()); err != nil {
				t.Fatal(err)
			}
			s.judgeAccount(t.Context())
		}, []string{"0 accounts are kept"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.ledger = newLedger()
			test.act(t)
			for _, want := range test.want {
				if found := s.ledger.summary(); !strings.Contains(found, want) {
					t.Errorf("found %q, want %q in it", found, want)
				}
			}
		})
	}
}

// newTestStress returns a stress that has signed in.
func newTestStress(t *testing.T) *stress {
	t.Helper()
	parts.Long(t)
	parts.Go(t)
	o := few()
	setting, err := newSetting(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := setting.clear(); err != nil {
			t.Error(err)
		}
	})
	s := newStress(o, setting)
	if err := s.signIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
