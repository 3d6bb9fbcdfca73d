package kick

import (
	"context"
	"time"
)

// backoff spaces attempts: the n-th wait is drawn from [0, base·2ⁿ), at most
// max, so that clients that lost the same server do not return together.
type backoff struct {
	base, max time.Duration
	rand      func() float64
	attempt   int
}

func (b *backoff) next() time.Duration {
	bound := b.max
	if b.attempt < 30 && b.base<<b.attempt < b.max {
		bound = b.base << b.attempt
	}
	b.attempt++
	return time.Duration(b.rand() * float64(bound))
}

func (b *backoff) reset() { b.attempt = 0 }

// wait returns after d, or earlier with the context's error.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
