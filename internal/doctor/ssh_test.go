package doctor

import (
	"errors"
	"strings"
	"testing"

	"git-credential-doorkey/internal/ui"
)

func TestJudgeSSH(t *testing.T) {
	for _, row := range []struct {
		name, version string
		err           error
		open          int
		want          ui.Verdict
		says          string
	}{
		{"current", "OpenSSH_9.2p1 Debian-2+deb12u5, OpenSSL 3.0.15", nil, 0, ui.VerdictOK, "can ask here"},
		{"open sessions", "OpenSSH_10.0p2", nil, 2, ui.VerdictOK, "2 open sessions"},
		{"the first that forwards sockets", "OpenSSH_6.7p1", nil, 0, ui.VerdictOK, "can ask here"},
		{"too old", "OpenSSH_6.6.1p1", nil, 0, ui.VerdictNote, "needs OpenSSH 6.7"},
		{"of Windows", "OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2", nil, 0, ui.VerdictOK, "can ask here"},
		{"another program", "Dropbear v2022.83", nil, 0, ui.VerdictNote, "Dropbear"},
		{"broken", "", errors.New("exit status 127"), 0, ui.VerdictNote, "cannot be run"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := judgeSSH(row.version, row.err, row.open)
			if f.Verdict != row.want || !strings.Contains(f.Message, row.says) {
				t.Errorf("got %+v", f)
			}
		})
	}
}
