package twitch

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/backoff"
)

func (b *brokenBudget) Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (time.Duration, error) {
	if b.down.Load() {
		return 0, errors.New("database is away")
	}
	return b.Budget.Take(ctx, bucket, tokens, limit, window)
}

func TestBackoffDoublesUpToItsBoundWithFullJitter(t *testing.T) {
	t.Parallel()
	draw := 0.5
	b := backoff.Backoff{Base: time.Second, Max: time.Minute, Rand: func() float64 { return draw }}
	for _, want := range []float64{0.5, 1, 2, 4, 8, 16, 30, 30, 30} {
		require.Equal(t, time.Duration(want*float64(time.Second)), b.Next())
	}
	draw = 0
	require.Zero(t, b.Next())
	b.Reset()
	draw = 0.999
	require.InDelta(t, 0.999, b.Next().Seconds(), 0.001)
	for range 100 {
		require.LessOrEqual(t, b.Next(), time.Minute)
	}
}
