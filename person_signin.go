package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"git-credential-doorkey/oauthflow"
)

// What doorkey says while a person signs in. The rules are those of person.go.

// openBrowser asks for a sign-in in the browser. The address is always shown:
// the browser may open on another screen, or not at all.
func (p *person) openBrowser(origin, address string, deadline time.Time) {
	p.tell(p.prompts().out, event{Event: "browser", Host: origin, Address: address, Until: deadline},
		fmt.Sprintf("sign in to %s in the browser, within %s\nif none opens, open this address on this machine:\n%s", origin, left(deadline), address))
}

func (p *person) browserFailed(err error) {
	p.tell(p.prompts().out, event{Event: "browser_failed"}, fmt.Sprintf("the browser did not start: %v", err))
}

// showCode asks for a sign-in by device code.
// The QR code comes first: on a small screen the last lines are seen, and they
// have the code that can be typed.
func (p *person) showCode(origin string, code oauthflow.DeviceCode, deadline time.Time) {
	if address := code.VerificationURLComplete; address != "" && !p.events {
		p.clearCountdown()
		p.prompts().showQR(address)
	}
	p.tell(p.prompts().out, event{
		Event: "device_code", Host: origin, UserCode: code.UserCode, VerificationURI: code.VerificationURL,
		VerificationURIComplete: code.VerificationURLComplete, Until: deadline,
	}, fmt.Sprintf("to sign in to %s, open %s on any device and enter the code %s\nonly if you started git here: who enters the code lets this machine in",
		origin, code.VerificationURL, code.UserCode))
}

// noDeviceFlow is said before the next rung is tried.
func (p *person) noDeviceFlow(err error) {
	p.tell(p.prompts().out, event{Event: "no_device_flow"}, err.Error())
}

// askPaste asks for a sign-in in a browser on another machine, whose last
// address, which does not open there, is pasted here.
func (p *person) askPaste(origin, address, port string, deadline time.Time) {
	p.tell(p.prompts().out, event{Event: "paste", Host: origin, Address: address, Until: deadline},
		fmt.Sprintf("to sign in to %s, open this address in a browser on any machine, within %s:\n%s\n"+
			"the last page will not load there: copy its address from the address bar and paste it here\n"+
			"or, before opening it, run on that machine: ssh -L %s:127.0.0.1:%s <this machine>; then there is nothing to paste",
			origin, left(deadline), address, port, port))
}

// pastePrompt stands before what the person pastes.
func (p *person) pastePrompt() {
	if !p.events {
		fmt.Fprint(p.prompts().out, "paste the address here: ")
	}
}

func (p *person) pastedWrong(err error) {
	p.tell(p.prompts().out, event{Event: "paste_failed"}, err.Error())
	p.mutex.Lock()
	delete(p.said, err.Error()) // the same mistake can be made again
	p.mutex.Unlock()
}

// countdown shows until stop is called how long there is left: every second in
// place on a terminal, else a line every 30 s.
func (p *person) countdown(ctx context.Context, origin string, deadline time.Time) (stop func()) {
	counting, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.count(counting, origin, deadline)
	}()
	return func() {
		cancel()
		<-ended
		if isInterrupt(ctx.Err()) {
			return // git is gone already, and the shell's prompt stands there
		}
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.endCountdown()
	}
}

func (p *person) count(ctx context.Context, origin string, deadline time.Time) {
	interval := 30 * time.Second
	if p.inPlace() {
		interval = time.Second
	}
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			p.showLeft(origin, deadline)
		}
	}
}

func (p *person) inPlace() bool { return p.prompts().terminal && !p.events }

func (p *person) showLeft(origin string, deadline time.Time) {
	message := fmt.Sprintf("%s left for the sign-in to %s", left(deadline), origin)
	if !p.inPlace() {
		p.tell(p.prompts().out, event{Event: "still_waiting", Host: origin, Until: deadline}, message)
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	line := []rune("doorkey: " + printable(message) + " ")
	if width := p.prompts().width(); width > 1 && len(line) > width-1 {
		line = line[:width-1] // a line that wraps cannot be written over
	}
	fmt.Fprintf(p.prompts().out, "\r%s", string(line))
	p.waiting = true
}

// clearCountdown clears the line of a countdown that an interrupt has left.
func (p *person) clearCountdown() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.endCountdown()
}

// endCountdown clears the line of the countdown.
func (p *person) endCountdown() {
	if p.waiting {
		fmt.Fprintf(p.prompts().out, "\r%s\r", strings.Repeat(" ", max(0, min(p.prompts().width(), 200)-1)))
		p.waiting = false
	}
}

// left is the time until a deadline, to the second.
func left(deadline time.Time) string {
	return max(0, time.Until(deadline).Round(time.Second)).String()
}
