package e2e

import "testing"

// TestMemoryIsPrivate: no other process of the same user can look into doorkey, although it
// can look into that user's other programs. (The kernel allows reading environ to processes
// that may trace the process, proc(5).)
func TestMemoryIsPrivate(t *testing.T) {
	m := newMachine(t)
	m.must(t, victimID, "", `
		sleep 60 & other=$!
		trap 'kill $other' EXIT
		cat /proc/$other/environ`)
	m.must(t, victimID, "", `
		mkfifo question
		git-credential-doorkey get <question & helper=$!
		exec 9>question # it waits for its question
		trap 'kill $helper' EXIT
		for try in $(seq 200); do
			cat /proc/$helper/environ || exit 0
			sleep 0.05 # until it has started
		done
		exit 1`)
}
