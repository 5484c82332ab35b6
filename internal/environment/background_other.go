//go:build !windows && !darwin

package environment

// isInBackground returns false: on other systems the display shows whether there is a
// desktop.
func isInBackground() bool { return false }
