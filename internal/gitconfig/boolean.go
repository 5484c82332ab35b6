package gitconfig

import (
	"strconv"
	"strings"
)

// IsFalse reports whether git reads a value as false ("git help config", Values): an
// empty one, a word for it, or a number that is 0. A variable that is not set has no
// value; its meaning is up to the caller.
func IsFalse(value string) bool {
	switch strings.ToLower(value) {
	case "", "false", "no", "off":
		return true
	}
	digits := strings.TrimRight(value, "kKmMgG")
	number, err := strconv.ParseInt(strings.TrimSpace(digits), 0, 64)
	return err == nil && number == 0 && len(value)-len(digits) <= 1
}
