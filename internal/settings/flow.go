package settings

import "fmt"

// Flow is a way to sign in.
type Flow string

// The flows, and "auto": the first of them that works here.
const (
	Unnamed   Flow = ""
	Automatic Flow = "auto"
	Browser   Flow = "browser" // the browser opens before the person
	Device    Flow = "device"  // the person types a code, anywhere (RFC 8628)
	Paste     Flow = "paste"   // the person brings the address back, from anywhere
)

// ParseFlow reads a flow, "" for none. The error names where it stands.
func ParseFlow(where, value string) (Flow, error) {
	switch f := Flow(value); f {
	case Unnamed, Automatic, Browser, Device, Paste:
		return f, nil
	}
	return "", fmt.Errorf("%s is %q: it must be auto, browser, device or paste", where, value)
}
