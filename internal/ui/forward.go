package ui

import (
	"fmt"
	"sync"
	"time"
)

// homePatience is how long git on another machine waits before doorkey prints what it waits
// for.
const homePatience = 3 * time.Second

// WaitingForHome prints on the other machine, after a few seconds, that doorkey at home is
// still busy. The caller calls stop when there is an answer. After that, it prints nothing.
func (u *UI) WaitingForHome(origin string) (stop func()) {
	var saying sync.Mutex
	answered := false
	timer := time.AfterFunc(homePatience, func() {
		saying.Lock()
		defer saying.Unlock()
		if !answered {
			u.tell(u.Stderr, event{Event: "waiting", Host: origin}, fmt.Sprintf("waiting for doorkey on your computer to answer for %s", origin))
		}
	})
	return func() {
		timer.Stop()
		saying.Lock()
		defer saying.Unlock()
		answered = true
	}
}

// DeclinedAtHome prints on the other machine that the user at home did not confirm (ssh
// --confirm).
func (u *UI) DeclinedAtHome(origin string) {
	u.tell(u.Stderr, event{Event: "error", Host: origin}, fmt.Sprintf("you did not allow git here to use your sign-in to %s\nto be asked again, start a new session", origin))
}
