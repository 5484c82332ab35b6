package environment

import "os/exec"

// StartOutliving starts a command that should outlive git, and returns it. It prepares a
// new command for each attempt, because a command can be started only once.
func StartOutliving(prepare func() (*exec.Cmd, error)) (*exec.Cmd, error) {
	var failure error
	for _, attributes := range outOfReach() {
		command, err := prepare()
		if err != nil {
			return nil, err
		}
		command.SysProcAttr = attributes
		if failure = command.Start(); failure == nil {
			return command, nil
		}
	}
	return nil, failure
}
