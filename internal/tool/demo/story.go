package main

import (
	"context"
	"fmt"
	"io"
)

// story prints what happens and checks it. After the first failure, which is stored in err,
// nothing more is run or printed. So the code reads as if nothing could fail.
type story struct {
	*stage
	page
	stderr io.Writer // of the git command that waits for the user
	counts counts    // of the server, when the last step ended
	steps  int
	err    error
}

// parallelFetches is how many fetches run at once.
const parallelFetches = 8

// tell runs the whole demo.
func (s *story) tell(ctx context.Context) {
	repository := s.server.URL() + "/group/project.git"
	s.introduce(ctx)

	s.step("doorkey is built, and git is told to ask it")
	s.build(ctx)
	s.git(ctx, "config", "--global", "credential."+s.server.URL()+".oauthClientId", s.server.ClientID())
	before := s.readConfiguration()
	s.git(ctx, "credential-doorkey", "install")
	s.installed(ctx)

	s.step("A clone needs a sign-in: the browser opens, for the only time")
	s.gitWithPerson(ctx, "clone", repository)
	s.counted(1, 0)

	s.step("A push uses the same token")
	s.changeDirectory("project")
	s.git(ctx, "commit", "--allow-empty", "-m", "Second")
	s.gitInSilence(ctx, "push")
	s.pushed(ctx)
	s.counted(0, 0)

	s.step("The token expires: the next fetch renews it without a word")
	s.note("(no two hours of waiting: the server ends the token, and the expiry")
	s.note(" that doorkey has noted is set back)")
	s.expire()
	s.gitInSilence(ctx, "fetch")
	s.counted(0, 1)

	s.step(fmt.Sprintf("It expires again, and %d fetches start at once: they share one refresh", parallelFetches))
	s.note("(ended in the same way)")
	s.expire()
	s.gitAtOnce(ctx, parallelFetches, "fetch")
	s.counted(0, 1)

	s.tellOfFleet(ctx)

	s.step("doorkey is taken out of git's configuration again")
	s.git(ctx, "credential-doorkey", "uninstall")
	s.unchanged(before)
	s.otherHelperKnowsNothing()
	s.noProblems()
}

func (s *story) introduce(ctx context.Context) {
	version := s.ask(ctx, s.work, "version")
	s.readsOnlyThisConfiguration(ctx)
	if s.err != nil {
		return
	}
	s.plain("")
	s.plain("A practice GitLab runs on this computer for as long as this demo does.")
	s.plain("Your settings and your keyring are not touched. What runs is real git:")
	s.plain(version)
}
