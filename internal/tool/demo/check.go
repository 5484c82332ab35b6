package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"git-credential-doorkey/internal/test/fakegitlab"
)

// fail stores the first failure.
func (s *story) fail(format string, values ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, values...)
	}
}

// counts are the server's numbers that the demo checks.
type counts struct{ signIns, refreshes, gitRequests, spent int }

func (s *stage) countAll() counts {
	return counts{
		signIns: s.server.Count(fakegitlab.TokenAuthorizationCode), refreshes: s.server.Count(fakegitlab.TokenRefreshToken),
		gitRequests: s.server.Count(fakegitlab.Git), spent: s.server.Count(fakegitlab.SpentRefreshToken),
	}
}

// counted checks and prints what the server has counted since the last time.
func (s *story) counted(signIns, refreshes int) {
	now, then := s.countAll(), s.counts
	s.counts = now
	seen := fmt.Sprintf("%s, %s", plural(now.signIns-then.signIns, "sign-in", "sign-ins"), plural(now.refreshes-then.refreshes, "refresh", "refreshes"))
	wanted := fmt.Sprintf("%s, %s", plural(signIns, "sign-in", "sign-ins"), plural(refreshes, "refresh", "refreshes"))
	if seen != wanted {
		s.fail("the server counted %s; %s would have been right", seen, wanted)
	}
	if now.spent > 0 {
		s.fail("%s came to the server a second time", plural(now.spent, "refresh token", "refresh tokens"))
	}
	s.claim(fmt.Sprintf("the server counted %s, %s", seen, plural(now.gitRequests-then.gitRequests, "git request", "git requests")))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// noProblems checks that the server received nothing that a client must not send.
func (s *story) noProblems() {
	if problems := s.server.Problems(); len(problems) > 0 {
		s.fail("the server was sent what no client may send:\n%s", strings.Join(problems, "\n"))
	}
	s.claim("the server checked every request, and found nothing wrong in any")
}

// readsOnlyThisConfiguration checks that git reads the demo's configuration, and not the
// user's, before anything is written to it.
func (s *story) readsOnlyThisConfiguration(ctx context.Context) {
	if email := s.ask(ctx, s.work, "config", "--global", "user.email"); email != "ada@example.com" {
		s.fail("this git does not know GIT_CONFIG_GLOBAL, which came with git 2.32: update git, or leave -browser=own out")
	}
}

// installed checks that git asks only doorkey: an empty value resets its list of helpers.
func (s *story) installed(ctx context.Context) {
	helpers := strings.Split(s.ask(ctx, s.work, "config", "--global", "--get-all", "credential.helper"), "\n")
	reset := slices.Index(helpers, "")
	if reset != 1 || len(helpers) != 3 || !strings.Contains(helpers[2], "doorkey") {
		s.fail("git's helpers are %q, not doorkey alone", helpers)
	}
	s.claim(`git asked the helper "store"; now it asks only doorkey`)
}

// pushed checks that the server has the commit.
func (s *story) pushed(ctx context.Context) {
	here := s.ask(ctx, s.work, "rev-parse", "HEAD")
	there := s.ask(ctx, s.server.RepositoryPath("group/project"), "rev-parse", "main")
	if here != there {
		s.fail("the server's last commit is %q, not %q", there, here)
	}
	s.claim("the commit is on the server")
}

// expire makes the access token expire, for the server and for doorkey, as if two hours had
// passed. doorkey stores the expiry unencrypted.
func (s *story) expire() {
	if s.err != nil {
		return
	}
	s.server.ExpireAccessTokens()
	s.err = setExpiryBack(s.state)
}

func setExpiryBack(state string) error {
	paths, err := filepath.Glob(filepath.Join(state, "https*.json"))
	if err != nil || len(paths) != 1 {
		return fmt.Errorf("doorkey has %d files of accounts in %q, not one (%v)", len(paths), state, err)
	}
	content, err := os.ReadFile(paths[0])
	if err != nil {
		return err
	}
	expiry := regexp.MustCompile(`"expiry": "[^"]*"`)
	if n := len(expiry.FindAll(content, -1)); n != 1 {
		return fmt.Errorf("%q has %d expiries, not one", paths[0], n)
	}
	return os.WriteFile(paths[0], expiry.ReplaceAll(content, []byte(`"expiry": "2001-01-01T00:00:00Z"`)), 0o600)
}

func (s *story) readConfiguration() []byte {
	content, err := os.ReadFile(s.configuration)
	if err != nil {
		s.fail("%v", err)
	}
	return content
}

// unchanged checks that git's configuration is the same as before.
func (s *story) unchanged(before []byte) {
	if after := s.readConfiguration(); !bytes.Equal(before, after) {
		s.fail("git's configuration was:\n%s\nand is:\n%s", before, after)
	}
	s.claim("git's configuration is what it was before, byte for byte")
}

// otherHelperKnowsNothing checks that git never gave a token to the other helper, which was
// in git's configuration all the time.
func (s *story) otherHelperKnowsNothing() {
	if _, err := os.Lstat(s.otherHelper); !errors.Is(err, fs.ErrNotExist) {
		s.fail("the helper \"store\" was told the token (%v)", err)
	}
	s.claim(`the helper "store" was told nothing`)
}
