// Package helper answers git: get, store and erase, with the refresh and the
// sign-in that an answer may take. The commands for people stand on it.
package helper

import (
	"log/slog"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/ui"
)

// Helper is what answering takes. Cache, Config and UI have to be set.
type Helper struct {
	Cache  *cache.Cache
	Config settings.Reader
	UI     *ui.UI
	Trace  *slog.Logger     // where decisions are written; nil: nowhere
	Flow   settings.Flow    // that the person named for this command
	Now    func() time.Time // nil: the clock of this machine
}

func (h *Helper) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

// Log is where decisions are written, a line each: what was decided, by which facts,
// how long it took.
func (h *Helper) Log() *slog.Logger {
	if h.Trace == nil {
		return slog.New(slog.DiscardHandler)
	}
	return h.Trace
}
