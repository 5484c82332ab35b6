package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// disk is the file system with the accounts, if the stress test fills it.
type disk struct {
	mu       sync.Mutex
	reached  bool // it has been completely full
	full     bool
	lastFull time.Time
}

const (
	// largestDisk is the limit for filling, because it is the developer's real disk.
	largestDisk = 16 << 20
	// phase is how long the disk is full, and how long it has space, in turns.
	phase = 700 * time.Millisecond
)

// fill fills the file system of a directory again and again until ctx ends, and then
// empties it. It is an error if the file system was never full.
func (d *disk) fill(ctx context.Context, directory string) error {
	path := filepath.Join(directory, "filler")
	defer os.Remove(path)
	for ctx.Err() == nil {
		d.set(true)
		err := d.hold(ctx, path)
		os.Remove(path)
		d.set(false)
		if err != nil {
			return err
		}
		pause(ctx, phase)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.reached {
		return errors.New("the file system never was full")
	}
	return nil
}

// hold uses all the space for a phase.
func (d *disk) hold(ctx context.Context, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return nil // the disk is so full that the file cannot be created
	}
	defer file.Close()
	block := make([]byte, 256<<10)
	written := 0
	for end := time.Now().Add(phase); ctx.Err() == nil && time.Now().Before(end); {
		n, err := file.Write(block)
		if written += n; written > largestDisk {
			return fmt.Errorf("%d MiB do not fill it: name a smaller file system with -state", largestDisk>>20)
		}
		if err != nil {
			d.reach()
			block = block[:4<<10] // doorkey releases only little space
			pause(ctx, time.Millisecond)
		}
	}
	return nil
}

// pause waits for a time, or until ctx ends.
func pause(ctx context.Context, duration time.Duration) {
	select {
	case <-time.After(duration):
	case <-ctx.Done():
	}
}

func (d *disk) reach() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reached = true
}

func (d *disk) set(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full, d.lastFull = full, time.Now()
}

// wasFullSince reports whether the disk was full at any time since then.
func (d *disk) wasFullSince(then time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.full || d.lastFull.After(then)
}
