package environment

import "strings"

// isBackgroundManager reports whether launchd says of a session of macOS that its
// programs have no desktop ("launchctl managername"): "Aqua" is that of a person who has
// logged in on the screen; cron and SSH are "Background", a LaunchDaemon is "System". A
// name that is not known, and none, may have one: a browser that does not start there
// ends the sign-in.
func isBackgroundManager(name string) bool {
	switch strings.TrimSpace(name) {
	case "Background", "System", "LoginWindow", "StandardIO":
		return true
	}
	return false
}
