package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// ledger counts what may happen, and stores what must not happen.
type ledger struct {
	mu       sync.Mutex
	took     map[string][]time.Duration // by verb; only processes that were not killed
	killed   map[string]int             // by verb
	counted  map[string]int             // what may happen, by its name
	mistakes []string
	newest   int // every get that starts now returns the token with this number, or a newer one
}

func newLedger() *ledger {
	return &ledger{took: map[string][]time.Duration{}, killed: map[string]int{}, counted: map[string]int{}}
}

func (l *ledger) ended(verb string, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took[verb] = append(l.took[verb], took)
}

func (l *ledger) kill(verb string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.killed[verb]++
}

func (l *ledger) count(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counted[what]++
}

func (l *ledger) mistake(format string, values ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mistakes = append(l.mistakes, strings.TrimSpace(fmt.Sprintf(format, values...)))
}

// shownMistakes is enough to see what is wrong.
const shownMistakes = 10

// summary returns all mistakes, shortened; "" if there are none.
func (l *ledger) summary() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	shown := slices.Clone(l.mistakes[:min(shownMistakes, len(l.mistakes))])
	if more := len(l.mistakes) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(shown, "\n")
}

// raise records that no get may return tokens with lower numbers any more.
func (l *ledger) raise(number int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.newest = max(l.newest, number)
}

func (l *ledger) oldestAllowed() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newest
}

// chooses reports whether a process will be killed. Many processes end before the random
// moment. So it chooses more of them as long as fewer than the given percentage were
// killed.
func (l *ledger) chooses(verb string, percent int, random *rand.Rand) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if killed := l.killed[verb]; killed*100 < percent*(killed+len(l.took[verb])) {
		percent *= 4
	}
	return random.IntN(100) < percent
}

// someTime returns a moment within the life of a process with that verb, based on a process
// that has ended.
func (l *ledger) someTime(verb string, random *rand.Rand) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	life := 20 * time.Millisecond
	if known := l.took[verb]; len(known) > 0 {
		life = known[random.IntN(len(known))]
	}
	return time.Duration(random.Float64() * float64(life))
}

// percentile returns the time that the given percentage of the times do not exceed.
func percentile(times []time.Duration, percent int) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[(len(sorted)-1)*percent/100].Round(time.Millisecond)
}
