package doctor

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/ui"
)

func TestJudgeFleet(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	event := func(text string) *fleet.Event {
		return &fleet.Event{Text: text, Host: "ada-1", At: now.Add(-time.Minute)}
	}
	working := fleet.Record{Generation: 7, Tokens: fleet.Tokens{Obtained: now.Add(-time.Hour)}}
	with := func(change func(*fleet.Record)) fleet.Record {
		changed := working
		change(&changed)
		return changed
	}
	for _, row := range []struct {
		name    string
		record  fleet.Record
		exists  bool
		verdict ui.Verdict
		says    string
	}{
		{"it works", working, true, ui.VerdictOK, "etcd, generation 7, refreshed 1h0m0s ago"},
		{"the fleet is not signed in", fleet.Record{}, false, ui.VerdictWarning, "no sign-in for this host yet"},
		{"somebody has logged out", with(func(r *fleet.Record) { r.Ended = event("logged out by ada") }), true, ui.VerdictProblem, `logged out by ada, on "ada-1"`},
		{"the server rejects it", with(func(r *fleet.Record) { r.Suspect = event("") }), true, ui.VerdictProblem, `on "ada-1" 1m0s ago`},
		{"a machine refreshes", with(func(r *fleet.Record) { r.Claim = &fleet.Claim{Host: "ada-1", At: now} }), true, ui.VerdictNote, `"ada-1" has been refreshing`},
		{"a refresh failed", with(func(r *fleet.Record) { r.Failure = event("no answer\nhint") }), true, ui.VerdictNote, `on "ada-1", 1m0s ago: no answer`},
	} {
		t.Run(row.name, func(t *testing.T) {
			judgeFleet("etcd", row.record, row.exists, now).expect(t, row.verdict, row.says)
		})
	}
}

func TestJudgeFleetAccess(t *testing.T) {
	fine := newFinding(ui.VerdictOK, "fine")
	t.Run("it may change the record", func(t *testing.T) { judgeWrite(fine, nil).expect(t, ui.VerdictOK, "fine") })
	t.Run("it may read alone", func(t *testing.T) {
		judgeWrite(fine, fleet.ErrRefused).expect(t, ui.VerdictNote, "can read the record but not change it")
	})
	t.Run("nobody knows", func(t *testing.T) {
		judgeWrite(fine, errors.New("status 500")).expect(t, ui.VerdictWarning, "status 500")
	})
	t.Run("the clocks agree", func(t *testing.T) { judgeOffset(fine, -time.Second).expect(t, ui.VerdictOK, "fine") })
	t.Run("the clocks differ", func(t *testing.T) {
		judgeOffset(fine, -10*time.Minute).expect(t, ui.VerdictNote, "differ by 10m0s")
	})
	for _, row := range []struct {
		name    string
		mode    fs.FileMode
		err     error
		verdict ui.Verdict
		says    string
	}{
		{"private keys", 0o600, nil, ui.VerdictOK, "fine"},
		{"keys that others can read", 0o644, nil, ui.VerdictWarning, `"/keys" (mode 0644)`},
		{"keys in a variable", 0, fs.ErrNotExist, ui.VerdictOK, "fine"},
	} {
		t.Run(row.name, func(t *testing.T) {
			stat := func(string) (fs.FileInfo, error) { return fileOfMode{mode: row.mode}, row.err }
			judgeKeyFile(fine, "/keys", stat).expect(t, row.verdict, row.says)
		})
	}
}

// fileOfMode is a file with only a mode.
type fileOfMode struct {
	fs.FileInfo
	mode fs.FileMode
}

func (f fileOfMode) Mode() fs.FileMode { return f.mode }
