package main

import (
	"context"
	"fmt"
	"time"
)

// await looks at a condition every so often until it holds, fails, or the limit has
// passed. what words the condition.
func await(ctx context.Context, limit, every time.Duration, what string, holds func() (bool, error)) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		ok, err := holds()
		if err != nil {
			return fmt.Errorf("wait until %s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			return fmt.Errorf("wait until %s: not so after %s", what, limit)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
