package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/ui"
)

// checkFleet examines the record that many machines share: does it exist, can this
// machine read and change it, and does a machine refresh it?
func checkFleet(ctx context.Context, e *checkContext) finding {
	configured, err := e.settings()
	if err != nil || !configured.Fleet.IsSet() { // another check reports it
		return finding{}
	}
	access, err := e.Config.FleetAccess(ctx, e.target.Origin, configured.Fleet)
	if err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	host, err := e.FleetHostBy(access, e.question(), configured)
	if err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	host.Times.Retry = 0
	record, exists, offset, err := host.Inspect(ctx)
	if err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	f := judgeFleet(host.Engine, record, exists, time.Now().Add(offset))
	if exists {
		f = judgeWrite(f, host.TryWrite(ctx))
	}
	f = judgeOffset(f, offset)
	return judgeKeyFile(f, access.KeySource, os.Stat)
}

// isInFleet reports whether other machines share the sign-in.
func (e *checkContext) isInFleet() bool {
	configured, err := e.settings()
	return err == nil && configured.Fleet.IsSet()
}

// judgeFleet examines the record at a time by the engine's clock.
func judgeFleet(engine string, r fleet.Record, exists bool, now time.Time) finding {
	const signIn = "\non a machine with the same settings where you can sign in, run: git credential-doorkey login"
	switch {
	case !exists:
		return newFinding(ui.VerdictWarning, "%s has no sign-in for this host yet"+signIn, engine)
	case r.Ended != nil:
		return newFinding(ui.VerdictProblem, "the fleet's sign-in has been ended: %s, on %q"+signIn, r.Ended.Text, r.Ended.Host)
	case r.Suspect != nil:
		return newFinding(ui.VerdictProblem, "the server rejected the fleet's refresh token on %q %s ago, and no machine has published a newer one\n"+
			"if the machine that refreshed last can no longer reach the engine, run any git command for this host there; if not, sign in again%s", r.Suspect.Host, since(r.Suspect.At, now), signIn)
	}
	f := newFinding(ui.VerdictOK, "%s, generation %d, refreshed %s ago", engine, r.Generation, since(r.Tokens.Obtained, now))
	if c := r.Claim; c != nil {
		f = f.with(ui.VerdictNote, "%q has been refreshing the token since %s", c.Host, since(c.At, now))
	}
	if r.Failure != nil {
		why, _, _ := strings.Cut(r.Failure.Text, "\n")
		f = f.with(ui.VerdictNote, "the last refresh failed on %q, %s ago: %s", r.Failure.Host, since(r.Failure.At, now), why)
	}
	return f
}

func since(at, now time.Time) string { return now.Sub(at).Round(time.Second).String() }

// judgeWrite examines the result of a trial change of the record.
func judgeWrite(f finding, err error) finding {
	switch {
	case err == nil:
		return f
	case errors.Is(err, fleet.ErrRefused):
		return f.with(ui.VerdictNote, "this machine can read the record but not change it; another machine of the fleet has to refresh the token")
	}
	return f.with(ui.VerdictWarning, "%v", err)
}

// judgeOffset reports how wrong a clock is. The fleet does not depend on it.
func judgeOffset(f finding, offset time.Duration) finding {
	if offset.Abs() <= toleratedSkew {
		return f
	}
	return f.with(ui.VerdictNote, "the clocks of this machine and the engine differ by %v; the fleet works anyway", offset.Abs().Round(time.Second))
}

// judgeKeyFile examines who can read the key file.
func judgeKeyFile(f finding, path string, stat func(string) (fs.FileInfo, error)) finding {
	if runtime.GOOS == "windows" {
		return f // on Windows the mode means nothing
	}
	info, err := stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 { // no file: a variable
		return f
	}
	return f.with(ui.VerdictWarning, "other users of this machine can read the fleet's keys in %q (mode %04o)\nunless the file is in a container that only doorkey uses, run: chmod 600 %[1]q", path, info.Mode().Perm())
}
