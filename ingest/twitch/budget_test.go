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

func TestALocalBudgetGrantsItsLimitInEverySlidingWindow(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	b := NewLocalBudget(func() time.Time { return now })
	take := func(limit int) time.Duration {
		w, err := b.Take(context.Background(), BucketSend, 1, limit, 30*time.Second)
		require.NoError(t, err)
		return w
	}
	require.Zero(t, take(3))
	now = now.Add(10 * time.Second)
	require.Zero(t, take(3))
	require.Zero(t, take(3))
	require.Equal(t, 20*time.Second, take(3), "the first grant ends then")
	require.Zero(t, take(5), "a higher limit counts the same grants")
	require.Equal(t, 30*time.Second, take(3), "until two of the four are gone")
	now = now.Add(20 * time.Second)
	require.Equal(t, 10*time.Second, take(3))
	now = now.Add(10 * time.Second)
	require.Zero(t, take(3))
	w, err := b.Take(context.Background(), BucketJoin, 1, 1, time.Second)
	require.NoError(t, err)
	require.Zero(t, w, "another bucket")
	_, err = b.Take(context.Background(), BucketJoin, 2, 1, time.Second)
	require.Error(t, err, "never to be granted")
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
