package settings

import "fmt"

// Flow is a way to sign in.
type Flow string

// The flows, and "auto": the first of them that works here.
const (
	Unnamed   Flow = ""
	Automatic Flow = "auto"
	Browser   Flow = "browser" // the browser opens for the user
	Device    Flow = "device"  // the user types a code on any device (RFC 8628)
	Paste     Flow = "paste"   // the user pastes the last address from any machine
)

// ParseFlow reads a flow, "" for none. The error names the setting.
func ParseFlow(where, value string) (Flow, error) {
	switch f := Flow(value); f {
	case Unnamed, Automatic, Browser, Device, Paste:
		return f, nil
	}
	return "", fmt.Errorf("%s is %q: it must be auto, browser, device or paste", where, value)
}
