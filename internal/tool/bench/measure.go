package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// row is something whose time is measured.
type row struct {
	name    string
	missing string // why it cannot be measured here; "" if it can
	take    func(ctx context.Context) (time.Duration, error)

	against []string // the rows whose summed times this row is compared with
	bar     float64  // the highest allowed ratio; 0 means no limit
}

// warmUps are rounds that do not count.
const warmUps = 3

// interleave measures all rows in each round, each round in a different order, and returns
// the times by the name of the row.
func interleave(ctx context.Context, rows []row, rounds int) (map[string][]time.Duration, error) {
	rows = slices.Clone(rows)
	series := make(map[string][]time.Duration)
	for round := range warmUps + rounds {
		rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		for _, r := range rows {
			if r.missing != "" {
				continue
			}
			took, err := r.take(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %v", r.name, err)
			}
			if round >= warmUps {
				series[r.name] = append(series[r.name], took)
			}
		}
	}
	return series, nil
}

func median(times []time.Duration) time.Duration {
	times = slices.Sorted(slices.Values(times))
	return times[len(times)/2]
}

// process is a program as git starts it: with a question on standard input.
type process struct {
	command     []string
	environment []string // in addition to the stage's
	input       string
	want        string // a part of its answer
}

// check runs the process once and checks its answer: a process without an answer is fast,
// but its time means nothing.
func (s *stage) check(ctx context.Context, p process) error {
	command := s.command(ctx, p)
	var stderr bytes.Buffer
	command.Stdin, command.Stderr = strings.NewReader(p.input), &stderr
	answer, err := command.Output()
	if err != nil {
		return fmt.Errorf("%s: %v: %s", strings.Join(p.command, " "), err, &stderr)
	}
	if !strings.Contains(string(answer), p.want) || p.want == "" && len(answer) > 0 {
		return fmt.Errorf("%s answered %q, and not %q", strings.Join(p.command, " "), answer, p.want)
	}
	return nil
}

// time runs n copies of the process at once, and returns the time until the last one has
// ended.
func (s *stage) time(ctx context.Context, p process, n int) (time.Duration, error) {
	inputs := make([]*os.File, n)
	for i := range inputs {
		file, err := s.inputFile(p.input)
		if err != nil {
			return 0, err
		}
		defer file.Close()
		inputs[i] = file
	}
	began := time.Now()
	var started []*exec.Cmd
	var failure error
	for _, input := range inputs {
		command := s.command(ctx, p)
		command.Stdin = input // a file, so that no goroutine copies anything
		if failure = command.Start(); failure != nil {
			break
		}
		started = append(started, command)
	}
	for _, command := range started {
		if err := command.Wait(); err != nil && failure == nil {
			failure = err
		}
	}
	return time.Since(began), failure
}

func (s *stage) command(ctx context.Context, p process) *exec.Cmd {
	command := exec.CommandContext(ctx, p.command[0], p.command[1:]...)
	command.Dir = s.directory
	command.Env = append(slices.Clone(s.environment), p.environment...)
	return command
}

// single returns a row that runs one process at a time, and many returns one that runs n at
// once.
func (s *stage) single(ctx context.Context, name string, p process) (row, error) {
	return s.many(ctx, name, p, 1)
}

func (s *stage) many(ctx context.Context, name string, p process, n int) (row, error) {
	return row{name: name, take: func(ctx context.Context) (time.Duration, error) { return s.time(ctx, p, n) }}, s.check(ctx, p)
}
