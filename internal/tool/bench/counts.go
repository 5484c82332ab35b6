package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"git-credential-doorkey/cache"
)

// printCounts prints the numbers that need no clock: size, memory, system calls and
// instructions.
func printCounts(ctx context.Context, s *stage, _ int, out io.Writer) error {
	directory, err := s.keep(ctx, cache.InFile)
	if err != nil {
		return err
	}
	processes := []struct {
		name string
		process
	}{{emptyProgram, s.emptyProcess()}, {hotGet, s.get(directory)}}
	if s.noKeyring == "" {
		p, err := s.inKeyring(ctx)
		if err != nil {
			return err
		}
		processes = append(processes, struct {
			name string
			process
		}{"doorkey get, key in the keyring", p})
	}
	fmt.Fprintf(out, "\n**What needs no clock**\n\n")
	lines := [][]string{{"", "size of the program", "peak memory", "page faults", "system calls", "instructions"}}
	for _, one := range processes {
		line, err := s.counts(ctx, one.process)
		if err != nil {
			return fmt.Errorf("%s: %v", one.name, err)
		}
		lines = append(lines, append([]string{one.name}, line...))
	}
	return printTable(out, lines)
}

func (s *stage) counts(ctx context.Context, p process) ([]string, error) {
	program, err := os.Stat(p.command[0])
	if err != nil {
		return nil, err
	}
	memory, faults, err := s.memory(ctx, p)
	if err != nil {
		return nil, err
	}
	calls, err := s.systemCalls(ctx, p)
	if err != nil {
		return nil, err
	}
	instructions, err := s.instructions(ctx, p)
	return []string{
		fmt.Sprintf("%.2f MB", float64(program.Size())/1e6), memory, faults, calls, instructions,
	}, err
}

// memory returns the peak memory and the page faults of a process, as measured by GNU time.
// The kernel's numbers for children of this program would include this program's own
// memory, from before they became another program.
func (s *stage) memory(ctx context.Context, p process) (peak, faults string, err error) {
	said, err := s.watched(ctx, p, "time", "-f", "%M %R")
	if err != nil {
		peak, err = missingOr(err, "time")
		return peak, "", err
	}
	var kilobytes int
	if _, err := fmt.Sscan(string(said), &kilobytes, &faults); err != nil {
		return "", "", fmt.Errorf("time said %q", said)
	}
	return fmt.Sprintf("%.1f MiB", float64(kilobytes)/1024), faults, nil
}

// systemCalls returns the number of system calls of a process, counted by strace. It leaves
// out nanosleep: the Go runtime's monitor calls that as long as strace slows everything
// down.
func (s *stage) systemCalls(ctx context.Context, p process) (string, error) {
	trace := filepath.Join(s.TempDir(), "trace")
	_, err := s.watched(ctx, p, "strace", "-f", "-qq", "-o", trace, "-e", "trace=!nanosleep", "--")
	if err != nil {
		return missingOr(err, "strace")
	}
	content, err := os.ReadFile(trace)
	calls := 0
	for line := range strings.Lines(string(content)) {
		if !strings.Contains(line, " resumed>") && !strings.Contains(line, "+++ exited") && !strings.Contains(line, "--- SIG") {
			calls++
		}
	}
	return fmt.Sprint(calls), err
}

var collected = regexp.MustCompile(`Collected : (\d+)`)

// instructions returns the number of instructions of a process in user space, counted by
// valgrind.
func (s *stage) instructions(ctx context.Context, p process) (string, error) {
	file := filepath.Join(s.TempDir(), "callgrind")
	// Valgrind fails at the signals that the Go runtime uses for preemption.
	p.environment = append(slices.Clone(p.environment), "GODEBUG=asyncpreemptoff=1")
	said, err := s.watched(ctx, p, "valgrind", "--tool=callgrind", "--callgrind-out-file="+file)
	if err != nil {
		return missingOr(err, "valgrind")
	}
	found := collected.FindSubmatch(said)
	if found == nil {
		return "", fmt.Errorf("valgrind said %q", said)
	}
	return string(found[1]), nil
}

// watched runs a process under another program, and returns what that program wrote to
// standard error.
func (s *stage) watched(ctx context.Context, p process, watcher ...string) ([]byte, error) {
	path, err := exec.LookPath(watcher[0])
	if err != nil {
		return nil, err
	}
	p.command = append(append([]string{path}, watcher[1:]...), p.command...)
	command := s.command(ctx, p)
	var said bytes.Buffer
	command.Stdin, command.Stderr = strings.NewReader(p.input), &said
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s: %v: %s", watcher[0], err, said.Bytes())
	}
	return said.Bytes(), nil
}

// missingOr returns a text if a tool is not installed, and all other errors.
func missingOr(err error, tool string) (string, error) {
	if errors.Is(err, exec.ErrNotFound) {
		return "missing: apt-get install " + tool, nil
	}
	return "", err
}
