package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// stress is one run.
type stress struct {
	options
	*setting
	ledger  *ledger
	victims *victims
	disk    disk
	answers atomic.Int64 // the number of answers of get
	took    time.Duration
}

// play prepares everything, runs the loops, checks the result, and removes everything.
func play(ctx context.Context, chosen options, stdout io.Writer) error {
	if chosen.seed == 0 {
		chosen.seed = rand.Uint64()
	}
	setting, err := newSetting(ctx, chosen)
	if err != nil {
		return err
	}
	s := newStress(chosen, setting)
	fmt.Fprintf(stdout, "%d git commands at once; seed %d\n", s.processes, s.seed)
	if err := s.signIn(ctx); err != nil {
		return errors.Join(err, setting.clear())
	}
	s.torture(ctx)
	if ctx.Err() != nil {
		s.victims.outlive()
		return errors.Join(errors.New("stopped"), setting.clear())
	}
	s.judge(ctx)
	s.report(stdout)
	if failure := setting.clear(); failure != nil {
		s.ledger.mistake("not everything could be cleared away: %v", failure)
	}
	if mistakes := s.ledger.summary(); mistakes != "" {
		return errors.New(mistakes)
	}
	return nil
}

func newStress(chosen options, setting *setting) *stress {
	return &stress{
		options: chosen, setting: setting, ledger: newLedger(),
		victims: &victims{program: setting.doorkey(), parents: map[int]int{}},
	}
}

// careful returns a loop whose processes are not killed.
func (s *stress) careful() *loop { return &loop{stress: s, random: s.randomness(0)} }

// randomness returns a source of randomness for one of the loops.
func (s *stress) randomness(loop int) *rand.Rand { return rand.New(rand.NewPCG(s.seed, uint64(loop))) }

// signIn is the one sign-in.
func (s *stress) signIn(ctx context.Context) error {
	s.careful().command(ctx)
	if mistakes := s.ledger.summary(); mistakes != "" {
		return fmt.Errorf("the first sign-in: %s", mistakes)
	}
	return nil
}

// torture runs the loops, and everything that disturbs them, to the end. It returns when no
// process of doorkey is left.
func (s *stress) torture(ctx context.Context) {
	began := time.Now()
	hard, ease := context.WithCancel(ctx)
	defer ease()
	var loops, hardships sync.WaitGroup
	if s.killRefresh > 0 {
		hardships.Go(func() { s.victims.hunt(hard, s.killRefresh, s.randomness(-1)) })
	}
	if s.full {
		hardships.Go(func() {
			if err := s.disk.fill(hard, s.kept); err != nil {
				s.ledger.mistake("-full: %v", err)
				ease() // after that, the rest would mean nothing
			}
		})
	}
	for i := range s.processes {
		loops.Go(func() { (&loop{stress: s, random: s.randomness(i + 1), risk: s.kill}).run(hard) })
	}
	loops.Wait()
	ease()
	hardships.Wait()
	s.took = time.Since(began)
}
