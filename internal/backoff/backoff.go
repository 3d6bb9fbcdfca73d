package backoff

import (
	"context"
	"time"
)

// Backoff spaces attempts: the n-th wait is drawn from [0, Base·2ⁿ), at most
// Max ("full jitter"). It is for one goroutine.
type Backoff struct {
	Base, Max time.Duration
	Rand      func() float64 // numbers in [0, 1)
	Attempt   int            // how many there were
}

// Next returns how long to wait before the next attempt, and counts it.
func (b *Backoff) Next() time.Duration {
	bound := b.Max
	if b.Attempt < 30 && b.Base<<b.Attempt < b.Max {
		bound = b.Base << b.Attempt
	}
	b.Attempt++
	return time.Duration(b.Rand() * float64(bound))
}

// Reset begins anew after a success.
func (b *Backoff) Reset() { b.Attempt = 0 }

// Wait returns after d, or earlier with the cause of the context's end.
func Wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
