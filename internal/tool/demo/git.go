package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"git-credential-doorkey/internal/test/practice"
)

// Time limits of commands.
const (
	patience           = 2 * time.Minute
	patienceWithPerson = 6 * time.Minute // longer than the limit of the sign-in itself
)

// build builds doorkey, and this program, which acts as the browser.
func (s *story) build(ctx context.Context) {
	s.note("(the first time, Go compiles for up to a minute)")
	s.show("go build git-credential-doorkey")
	if s.err != nil {
		return
	}
	defer s.waiting("still compiling")()
	s.err = practice.Build(ctx, s.directory, s.programs, "git-credential-doorkey", "git-credential-doorkey/internal/tool/demo")
}

// git runs and shows a git command as a user would type it.
func (s *story) git(ctx context.Context, args ...string) {
	s.gitMessages(ctx, args...)
}

// gitInSilence does what git does, and fails if doorkey prints anything: everything has to
// work without the user.
func (s *story) gitInSilence(ctx context.Context, args ...string) {
	messages := s.gitMessages(ctx, args...)
	if strings.Contains(messages, "doorkey:") {
		s.fail("git %s: doorkey was to be silent, and said:\n%s", strings.Join(args, " "), messages)
	}
}

// gitMessages does what git does, and returns what was printed to standard error.
func (s *story) gitMessages(ctx context.Context, args ...string) (messages string) {
	s.show("git " + strings.Join(args, " "))
	if s.err == nil {
		_, messages, s.err = s.runGit(ctx, s.work, args...)
	}
	return messages
}

// changeDirectory makes git run in a subdirectory of the current directory.
func (s *story) changeDirectory(name string) {
	s.show("cd " + name)
	s.work = filepath.Join(s.work, name)
}

// gitWithPerson does what git does, if the user has to sign in.
func (s *story) gitWithPerson(ctx context.Context, args ...string) {
	if !s.ownBrowser {
		s.note(`(a program presses "Authorize" in place of a person)`)
		s.git(ctx, args...)
		return
	}
	s.note("Your browser opens. It does not know this server, and warns of it: go on")
	s.note(`past the warning ("Advanced"), then press "Authorize". You have 5 minutes.`)
	s.show("git " + strings.Join(args, " "))
	if s.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patienceWithPerson)
	defer cancel()
	git := practice.Command(ctx, s.work, s.environment, "git", args...)
	git.Stdout, git.Stderr = s.stderr, s.stderr
	if err := git.Run(); err != nil {
		s.fail("git %s: %v", strings.Join(args, " "), err)
	}
}

// gitAtOnce runs the same git command n times at the same moment. All of them have to
// succeed. On a slow computer, doorkey may print that it waits.
func (s *story) gitAtOnce(ctx context.Context, n int, args ...string) {
	s.show(fmt.Sprintf("git %s   (%d at once)", strings.Join(args, " "), n))
	if s.err != nil {
		return
	}
	failures := make(chan error, n)
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if _, _, err := s.runGit(ctx, s.work, args...); err != nil {
				failures <- err
			}
		})
	}
	all.Wait()
	if len(failures) > 0 {
		s.fail("%d of %d failed; one of them: %v", len(failures), n, <-failures)
	}
}

// ask runs git in a directory without showing it, and returns its answer.
func (s *story) ask(ctx context.Context, directory string, args ...string) string {
	if s.err != nil {
		return ""
	}
	answer, _, err := s.runGit(ctx, directory, args...)
	s.err = err
	return strings.TrimSpace(answer)
}

func (s *story) runGit(ctx context.Context, directory string, args ...string) (answer, messages string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return practice.Run(practice.Command(ctx, directory, s.environment, "git", args...))
}
