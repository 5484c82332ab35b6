package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/oauthflow"
)

// What doorkey says while a person signs in. The rules are those of UI.

// ShowAddress asks for a sign-in in the browser. The address is always shown:
// the browser may open on another screen, or not at all.
func (u *UI) ShowAddress(origin, address string, deadline time.Time) {
	u.tell(u.Screen().Out, event{Event: "browser", Host: origin, Address: address, Until: deadline},
		fmt.Sprintf("sign in to %s in the browser within %s\nif no browser opens, open this address on this machine:\n%s", origin, timeLeft(deadline), address))
}

// BrowserFailed says that no browser started. The address is on the screen by then.
func (u *UI) BrowserFailed(err error) {
	u.tell(u.Screen().Out, event{Event: "browser_failed"}, fmt.Sprintf("the browser did not start: %v", err))
}

// BrowserGivenUp is said before the next flow is tried.
func (u *UI) BrowserGivenUp(err error) {
	u.tell(u.Screen().Out, event{Event: "browser_failed"}, fmt.Sprintf("the browser did not start; sign in without it: %v", err))
}

// BrowserUnusable is said of a BROWSER that names nothing that can be used.
func (u *UI) BrowserUnusable(why error) {
	u.tell(u.Screen().Out, event{Event: "browser_missing"}, why.Error())
}

// NobodyCanType explains why nobody can answer at a terminal that looks as if one could;
// it says nothing where there is nothing to explain.
func (u *UI) NobodyCanType() {
	if why := u.Screen().WhyNobodyTypes(); why != "" {
		u.tell(u.Screen().Out, event{Event: "no_keyboard"}, why)
	}
}

// ShowDeviceCode asks for a sign-in by device code.
// The QR code comes first: on a small screen the last lines are seen, and they
// have the code that can be typed.
func (u *UI) ShowDeviceCode(origin string, code oauthflow.DeviceCode, deadline time.Time) {
	if address := code.VerificationURLComplete; address != "" && !u.Events {
		u.ClearCountdown()
		u.Screen().ShowQR(address)
	}
	hints := onlyIfYouStarted
	if code.OtherHost != "" {
		hints += fmt.Sprintf("\nthis page is on another server, %s: enter the code only if you know that %s uses that server", code.OtherHost, origin)
	}
	u.tell(u.Screen().Out, event{
		Event: "device_code", Host: origin, UserCode: code.UserCode, VerificationURI: code.VerificationURL,
		VerificationURIComplete: code.VerificationURLComplete, Until: deadline,
	}, fmt.Sprintf("to sign in to %s, open %s on any device and enter the code %s\n%s",
		origin, code.VerificationURL, code.UserCode, hints))
}

// onlyIfYouStarted warns of a code that somebody else has asked for.
const onlyIfYouStarted = "enter this code only if you started this sign-in; it gives this machine access to your account"

// NoDeviceFlow is said before the next rung is tried.
func (u *UI) NoDeviceFlow(err error) {
	u.tell(u.Screen().Out, event{Event: "no_device_flow"}, err.Error())
}

// AskForPaste asks for a sign-in in a browser on another machine, whose last
// address, which does not open there, is pasted here.
func (u *UI) AskForPaste(origin, address, port string, deadline time.Time) {
	u.tell(u.Screen().Out, event{Event: "paste", Host: origin, Address: address, Until: deadline},
		fmt.Sprintf("to sign in to %s, open this address in a browser on any machine, within %s:\n%s\n"+
			"the last page will not load; copy its address from the address bar and paste it here\n"+
			"to avoid pasting, first run this on that machine: ssh -L %s:127.0.0.1:%s <this machine>",
			origin, timeLeft(deadline), address, port, port))
}

// PastePrompt stands before what the person pastes.
func (u *UI) PastePrompt() {
	if !u.Events {
		fmt.Fprint(u.Screen().Out, "paste the address here: ")
	}
}

// WrongPaste says what is wrong with the address that was pasted, each time.
func (u *UI) WrongPaste(err error) {
	u.tell(u.Screen().Out, event{Event: "paste_failed"}, err.Error())
	u.mutex.Lock()
	delete(u.said, err.Error()) // the same mistake can be made again
	u.mutex.Unlock()
}

// Countdown shows until stop is called how long there is left: every second in
// place on a terminal, else a line every 30 s. The context that it returns ends with
// terminal.Gone when the terminal is closed.
func (u *UI) Countdown(ctx context.Context, origin string, deadline time.Time) (counting context.Context, stop func()) {
	counting, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		u.count(counting, cancel, origin, deadline)
	}()
	return counting, func() {
		cancel(nil)
		<-ended
		if terminal.IsCanceled(ctx.Err()) {
			return // git is gone already, and the shell's prompt stands there
		}
		u.mutex.Lock()
		defer u.mutex.Unlock()
		u.endCountdown()
	}
}

func (u *UI) count(ctx context.Context, cancel context.CancelCauseFunc, origin string, deadline time.Time) {
	interval := 30 * time.Second
	if u.inPlace() {
		interval = time.Second
	}
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			if u.Screen().IsGone() {
				cancel(terminal.Gone{})
				return
			}
			u.showLeft(origin, deadline)
		}
	}
}

func (u *UI) inPlace() bool { return u.Screen().Terminal && !u.Events }

func (u *UI) showLeft(origin string, deadline time.Time) {
	message := fmt.Sprintf("%s left for the sign-in to %s", timeLeft(deadline), origin)
	if !u.inPlace() {
		u.tell(u.Screen().Out, event{Event: "still_waiting", Host: origin, Until: deadline}, message)
		return
	}
	if !u.Screen().MayPaint() {
		return
	}
	u.mutex.Lock()
	defer u.mutex.Unlock()
	line := []rune("doorkey: " + terminal.Printable(message) + " ")
	if width := u.Screen().Width(); width > 1 && len(line) > width-1 {
		line = line[:width-1] // a line that wraps cannot be written over
	}
	fmt.Fprintf(u.Screen().Out, "\r%s", string(line))
	u.waiting = true
}

// ClearCountdown clears the line of a countdown that an interrupt has left.
func (u *UI) ClearCountdown() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.endCountdown()
}

// endCountdown clears the line of the countdown.
func (u *UI) endCountdown() {
	if u.waiting && u.Screen().MayPaint() {
		fmt.Fprintf(u.Screen().Out, "\r%s\r", strings.Repeat(" ", max(0, min(u.Screen().Width(), 200)-1)))
	}
	u.waiting = false
}

// timeLeft is the time until a deadline, to the second.
func timeLeft(deadline time.Time) string {
	return max(0, time.Until(deadline).Round(time.Second)).String()
}
