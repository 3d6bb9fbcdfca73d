package ingest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// dial is a Clock that tests turn.
type dial struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*alarm]struct{}
	set    chan time.Duration // receives the length of each timer that is set
}

type alarm struct {
	at   time.Time
	ring chan time.Time
}

func newDial() *dial {
	return &dial{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), timers: map[*alarm]struct{}{}, set: make(chan time.Duration, 100)}
}

func (d *dial) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *dial) Timer(length time.Duration) (<-chan time.Time, func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := &alarm{d.now.Add(length), make(chan time.Time, 1)}
	d.timers[a] = struct{}{}
	d.set <- length
	return a.ring, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.timers, a)
	}
}

func (d *dial) turn(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
	for a := range d.timers {
		if !a.at.After(d.now) {
			a.ring <- d.now
			delete(d.timers, a)
		}
	}
}

func TestABackoffDoublesUpToItsBound(t *testing.T) {
	t.Parallel()
	b := backoff{first: time.Second, longest: 10 * time.Second, rand: func() float64 { return 0.5 }}
	var got []time.Duration
	for n := 1; n <= 6; n++ {
		got = append(got, b.after(n))
	}
	require.Equal(t, []time.Duration{750 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Second, 6 * time.Second, 7500 * time.Millisecond, 7500 * time.Millisecond}, got)
	require.Equal(t, got[5], b.after(1000))
}

func TestAPauseEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, pause(ctx, newDial(), time.Hour), context.Canceled)
}
