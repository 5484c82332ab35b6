package parts

// leaveTerminal leaves nothing: whoever leaves a console cannot write to it.
func leaveTerminal() error { return nil }
