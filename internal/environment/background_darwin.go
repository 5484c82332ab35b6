package environment

import (
	"context"
	"os/exec"
	"time"
)

// isInBackground asks launchd, which takes milliseconds.
func isInBackground() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	name, err := exec.CommandContext(ctx, "/bin/launchctl", "managername").Output()
	return err == nil && isBackgroundManager(string(name))
}
