package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// refreshVerb is the verb with which doorkey starts the child that refreshes.
const refreshVerb = "exchange"

// victims are the refreshing children that are killed.
type victims struct {
	program string // doorkey's path

	mu      sync.Mutex
	seen    int
	killed  int
	parents map[int]int // number of killed children, by parent
}

// showsProcesses reports whether this system lists processes as Linux does.
func showsProcesses() bool {
	_, err := os.Stat("/proc/self/cmdline")
	return err == nil
}

// refreshing returns the children that refresh now.
func (v *victims) refreshing() map[int]bool {
	found := map[int]bool{}
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, path := range processes {
		if pid, err := strconv.Atoi(filepath.Base(path)); err == nil && v.isRefreshing(pid) {
			found[pid] = true
		}
	}
	return found
}

func (v *victims) isRefreshing(pid int) bool {
	command, err := os.ReadFile(ofProcess(pid, "cmdline"))
	return err == nil && string(command) == v.program+"\x00"+refreshVerb+"\x00"
}

func ofProcess(pid int, file string) string { return filepath.Join("/proc", strconv.Itoa(pid), file) }

// parentOf reads the fourth field of /proc/PID/stat. The second field is in parentheses and
// may contain anything (proc(5)).
func parentOf(pid int) int {
	status, _ := os.ReadFile(ofProcess(pid, "stat"))
	_, rest, _ := strings.Cut(string(status), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

// lifeOfChild is about how long a child that refreshes lives.
const lifeOfChild = 100 * time.Millisecond

// hunt kills the given percentage of the children, each at a random moment, until ctx ends.
func (v *victims) hunt(ctx context.Context, percent int, random *rand.Rand) {
	looks := time.NewTicker(10 * time.Millisecond)
	defer looks.Stop()
	known := map[int]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
		now := v.refreshing()
		for pid := range now {
			if known[pid] {
				continue
			}
			v.see()
			if random.IntN(100) < percent {
				time.AfterFunc(time.Duration(random.Float64()*float64(lifeOfChild)), func() { v.kill(pid) })
			}
		}
		known = now
	}
}

// kill kills a child, but not another process that has its number by now: it holds the
// process before it checks the process again.
func (v *victims) kill(pid int) {
	process, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	defer process.Release()
	v.mu.Lock()
	defer v.mu.Unlock()
	parent := parentOf(pid)
	if v.isRefreshing(pid) && process.Kill() == nil {
		v.killed++
		v.parents[parent]++
	}
}

// lostBy returns how many children of an ended process were killed. It can be called once:
// after that, the number may belong to another process.
func (v *victims) lostBy(pid int) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	lost := v.parents[pid]
	delete(v.parents, pid)
	return lost
}

func (v *victims) see() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen++
}

// outlive waits until no child refreshes any more. It kills the children that do not end,
// and returns how many there were.
func (v *victims) outlive() int {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if len(v.refreshing()) == 0 {
			return 0
		}
	}
	left := v.refreshing()
	for pid := range left {
		v.kill(pid)
	}
	return len(left)
}
