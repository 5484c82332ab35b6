package environment

import "strings"

// isBackgroundManager reports whether launchd says that programs of a macOS session have
// no desktop ("launchctl managername"): "Aqua" is the session of a user who has logged
// in on the screen; cron and SSH are "Background", a LaunchDaemon is "System". An
// unknown name, and none, may have a desktop: a browser that does not start there ends
// the sign-in.
func isBackgroundManager(name string) bool {
	switch strings.TrimSpace(name) {
	case "Background", "System", "LoginWindow", "StandardIO":
		return true
	}
	return false
}
