// Package helper answers git: get, store and erase, with the refresh and the sign-in
// that an answer may require. The commands for users are built on it.
package helper

import (
	"log/slog"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/ui"
)

// Helper is everything that an answer requires. Cache, Config and UI must be set.
type Helper struct {
	Cache  *cache.Cache
	Config settings.Reader
	UI     *ui.UI
	Trace  *slog.Logger     // gets the decisions; nil: none are written
	Flow   settings.Flow    // that the user chose for this command
	Now    func() time.Time // nil: the clock of this machine
}

func (h *Helper) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

// Log returns the logger for decisions, one per line: what was decided, based on which
// facts, and how long it took.
func (h *Helper) Log() *slog.Logger {
	if h.Trace == nil {
		return slog.New(slog.DiscardHandler)
	}
	return h.Trace
}
