package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// judge records every expectation that is not met at the end.
func (s *stress) judge(ctx context.Context) {
	if left := s.victims.outlive(); left > 0 {
		s.ledger.mistake("%d processes that refresh did not end within %v", left, patience)
	}
	s.careful().command(ctx) // the stored token is valid: this needs no sign-in
	s.judgeServer()
	s.judgeAccount(ctx)
	s.judgeFiles()
}

// judgeServer checks what the server received.
func (s *stress) judgeServer() {
	if problems := s.server.Problems(); len(problems) > 0 {
		s.ledger.mistake("the server was sent what no client may send: %s", strings.Join(problems, "; "))
	}
	if s.refreshes() == 0 {
		s.ledger.mistake("no token was refreshed: nothing was tried")
	}
	if s.killRefresh > 0 {
		// If a refresh is killed at the wrong moment, the user has to sign in again, and
		// the next refresh may start while the server still answers that one.
		if again := s.signInsAgain(); again > 0 && s.victims.killed == 0 {
			s.ledger.mistake("%d sign-ins after the first, and no refresh was killed", again)
		}
		return
	}
	if again := s.signInsAgain(); again > 0 {
		s.ledger.mistake("%d sign-ins after the first", again)
	}
	if spent := s.server.Count(fakegitlab.SpentRefreshToken); spent > 0 {
		s.ledger.mistake("%d times a refresh token was sent that was spent", spent)
	}
	if most := s.server.MostAtOnce(fakegitlab.TokenRefreshToken); most > 1 {
		s.ledger.mistake("%d refreshes at the same time", most)
	}
}

func (s *stress) refreshes() int { return s.server.Count(fakegitlab.TokenRefreshToken) }

// signInsAgain returns the number of sign-ins after the first, finished or not.
func (s *stress) signInsAgain() int { return s.server.Count(fakegitlab.Authorize) - 1 }

// judgeAccount reads what is stored: it has to be one account, whose refresh token is
// valid.
func (s *stress) judgeAccount(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	kept := &cache.Cache{Directory: s.accounts()}
	locked, err := kept.Lock(ctx, s.server.URL(), nil)
	if err != nil {
		s.ledger.mistake("the account is locked by nobody: %v", err)
		return
	}
	defer locked.Unlock()
	accounts, err := kept.Accounts(s.server.URL())
	if err != nil || len(accounts) != 1 {
		s.ledger.mistake("%d accounts are kept, not one (%v)", len(accounts), err)
		return
	}
	secrets, err := kept.Unseal(ctx, s.server.URL(), accounts[0])
	if err != nil {
		s.ledger.mistake("the account that is kept: %v", err)
	} else if !s.server.Alive(secrets.RefreshToken.Reveal()) {
		s.ledger.mistake("the refresh token that is kept is dead")
	}
}

// judgeFiles looks for files that doorkey should have removed. A killed process may leave
// the file with which it was about to replace another one; the next process uses that file.
func (s *stress) judgeFiles() {
	entries, err := os.ReadDir(s.accounts())
	if err != nil {
		s.ledger.mistake("%v", err)
	}
	var between []string
	for _, entry := range entries {
		switch filepath.Ext(entry.Name()) {
		case ".json", ".lock", ".key", ".key-id", ".sign-in-lock", ".turn-lock", ".notes":
		case ".new":
			between = append(between, entry.Name())
		default:
			s.ledger.mistake("left behind: %q", entry.Name())
		}
	}
	if len(between) > 1 {
		s.ledger.mistake("left behind: %q", between)
	}
}
