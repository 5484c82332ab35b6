package main

import (
	"context"
	"fmt"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// expiredRows are 64 processes with one expired token. The best possible result is one
// process that refreshes and 64 that find the result.
func expiredRows(ctx context.Context, s *stage) ([]row, error) {
	const n = 64
	directory, err := s.keep(ctx, cache.InFile)
	if err != nil {
		return nil, err
	}
	process := s.get(directory)
	refreshing := func(n int) func(context.Context) (time.Duration, error) {
		return func(ctx context.Context) (time.Duration, error) { return s.refresh(ctx, directory, process, n) }
	}
	one := row{name: "one refresh", take: refreshing(1)}
	hot, err := s.many(ctx, fmt.Sprintf("%d hot gets", n), process, n)
	if err != nil {
		return nil, err
	}
	all := row{name: fmt.Sprintf("%d gets, expired token", n), take: refreshing(n), against: []string{one.name, hot.name}, bar: 1.5}
	return []row{one, hot, all}, nil
}

// refresh measures n simultaneous gets that find their token expired, and checks that they
// cost one refresh.
func (s *stage) refresh(ctx context.Context, directory string, process process, n int) (time.Duration, error) {
	if err := s.expire(ctx, directory); err != nil {
		return 0, err
	}
	before := s.server.Count(fakegitlab.TokenRefreshToken)
	took, err := s.time(ctx, process, n)
	if refreshes := s.server.Count(fakegitlab.TokenRefreshToken) - before; err == nil && refreshes != 1 {
		err = fmt.Errorf("%d processes cost %d refreshes", n, refreshes)
	}
	return took, err
}
