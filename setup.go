package main

import (
	"context"
	"errors"
)

// setup leads a person from a host without an application ID to one that works.
func (d *doorkey) setup(ctx context.Context, given arguments) error {
	return errors.New("not there yet")
}
