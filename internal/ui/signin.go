package ui

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/oauthflow"
)

// Messages during a sign-in. They follow the rules of UI.

// ShowAddress asks the user to sign in with the browser. It always shows the address:
// the browser may open on another screen, or not at all.
func (u *UI) ShowAddress(origin, address string, deadline time.Time) {
	u.tell(u.Screen().Out, event{Event: "browser", Host: origin, Address: address, Until: deadline},
		fmt.Sprintf("sign in to %s in the browser within %s\nif no browser opens, open this address on this machine:\n%s", origin, timeLeft(deadline), address))
}

// BrowserFailed reports that no browser started. The address is already on the screen.
func (u *UI) BrowserFailed(err error) {
	u.tell(u.Screen().Out, event{Event: "browser_failed"}, fmt.Sprintf("the browser did not start: %v", err))
}

// BrowserGivenUp reports that no browser started, before the next flow is tried.
func (u *UI) BrowserGivenUp(err error) {
	u.tell(u.Screen().Out, event{Event: "browser_failed"}, fmt.Sprintf("the browser did not start; sign in without it: %v", err))
}

// BrowserUnusable reports that BROWSER names no program that can be used.
func (u *UI) BrowserUnusable(why error) {
	u.tell(u.Screen().Out, event{Event: "browser_missing"}, why.Error())
}

// NobodyCanType explains why input is impossible at a terminal that looks usable. It
// shows nothing if there is nothing to explain.
func (u *UI) NobodyCanType() {
	if why := u.Screen().WhyNobodyTypes(); why != "" {
		u.tell(u.Screen().Out, event{Event: "no_keyboard"}, why)
	}
}

// ShowDeviceCode asks the user to sign in by device code. The QR code comes first: a
// small screen shows the last lines, which have the code to type.
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

// CopyCode asks the terminal to put a device code into the clipboard (OSC 52, of xterm).
// A terminal that does not support that ignores it. A text from the server that does not
// look like a code is not copied: the user might paste it into a shell.
func (u *UI) CopyCode(code string) {
	if !looksLikeCode(code) {
		return
	}
	if term := u.Environment.Variable("TERM"); !u.inPlace() || !u.Screen().MayPaint() || term == "dumb" || term == "linux" || !u.Screen().Interprets() {
		return
	}
	u.mutex.Lock()
	defer u.mutex.Unlock()
	fmt.Fprintf(u.Screen().Out, "\x1b]52;c;%s\a", base64.StdEncoding.EncodeToString([]byte(code)))
}

// longestCode is far more than servers use (RFC 8628 section 6.1 recommends 8 letters).
const longestCode = 32

func looksLikeCode(code string) bool {
	isOther := func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-')
	}
	return code != "" && len(code) <= longestCode && !strings.ContainsFunc(code, isOther)
}

// OfferBrowser offers to open the page for a device code, if the user can answer here.
func (u *UI) OfferBrowser() bool {
	if !u.inPlace() || !u.Screen().CanType() {
		return false
	}
	fmt.Fprintln(u.Screen().Out, "press Enter to open that page in the browser")
	return true
}

// onlyIfYouStarted warns about a code that someone else requested.
const onlyIfYouStarted = "enter this code only if you started this sign-in; it gives this machine access to your account"

// NoDeviceFlow is shown before the next flow is tried.
func (u *UI) NoDeviceFlow(err error) {
	u.tell(u.Screen().Out, event{Event: "no_device_flow"}, err.Error())
}

// AskForPaste asks the user to sign in with a browser on another machine and to paste
// the address of the last page, which does not load there.
func (u *UI) AskForPaste(origin, address, port string, deadline time.Time) {
	u.tell(u.Screen().Out, event{Event: "paste", Host: origin, Address: address, Until: deadline},
		fmt.Sprintf("to sign in to %s, open this address in a browser on any machine, within %s:\n%s\n"+
			"the last page will not load; copy its address from the address bar and paste it here\n"+
			"to avoid pasting, first run this on that machine: ssh -L %s:127.0.0.1:%s <this machine>",
			origin, timeLeft(deadline), address, port, port))
}

// PastePrompt is shown in front of the text that the user pastes.
func (u *UI) PastePrompt() {
	if !u.Events {
		fmt.Fprint(u.Screen().Out, "paste the address here: ")
	}
}

// WrongPaste says what is wrong with the pasted address, each time.
func (u *UI) WrongPaste(err error) {
	u.tell(u.Screen().Out, event{Event: "paste_failed"}, err.Error())
	u.mutex.Lock()
	delete(u.said, err.Error()) // the same mistake can be made again
	u.mutex.Unlock()
}

// Countdown shows the time left until stop is called: every second in place on a
// terminal, or as a line every 30 s elsewhere. The context that it returns ends with
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
			return // git has already ended, and the shell shows its prompt
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
		line = line[:width-1] // a line that wraps cannot be overwritten
	}
	fmt.Fprintf(u.Screen().Out, "\r%s", string(line))
	u.waiting = true
}

// ClearCountdown clears the line of a countdown after an interrupt.
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

// timeLeft returns the time until a deadline, to the second.
func timeLeft(deadline time.Time) string {
	return max(0, time.Until(deadline).Round(time.Second)).String()
}
