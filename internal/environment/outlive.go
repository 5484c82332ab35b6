package environment

import "os/exec"

// StartOutliving starts a command that is to outlive git, and returns it. It is
// prepared anew for each way to start it, since a command is good for one try.
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
