package ingest

import (
	"context"
	"time"
)

// Clock tells the time and wakes up later. Tests have one of their own.
type Clock interface {
	Now() time.Time
	// Timer returns a channel that receives once after d, and a function that
	// gives the timer up.
	Timer(d time.Duration) (fired <-chan time.Time, stop func())
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now implements Clock.
func (SystemClock) Now() time.Time { return time.Now() }

// Timer implements Clock.
func (SystemClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// pause waits for d or the end of ctx, whose error it returns.
func pause(ctx context.Context, clock Clock, d time.Duration) error {
	fired, stop := clock.Timer(d)
	defer stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-fired:
		return nil
	}
}

// backoff is a wait that doubles with every failure, up to a bound, of which a
// random half is taken off so that many waiters do not return at once.
type backoff struct {
	first, longest time.Duration
	rand           func() float64 // in [0, 1)
}

// after returns the wait after the n-th failure in a row, n from 1.
func (b backoff) after(n int) time.Duration {
	d := b.first
	for i := 1; i < n && d < b.longest; i++ {
		d *= 2
	}
	d = min(d, b.longest)
	return d/2 + time.Duration(b.rand()*float64(d/2))
}
