package backoff_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/backoff"
)

func TestTheBoundOfAWaitDoublesUpToTheMost(t *testing.T) {
	t.Parallel()
	b := backoff.Backoff{Base: time.Second, Max: 5 * time.Second, Rand: func() float64 { return 0.5 }}
	for _, want := range []time.Duration{500, 1000, 2000, 2500, 2500} {
		require.Equal(t, want*time.Millisecond, b.Next())
	}
	b.Reset()
	require.Equal(t, 500*time.Millisecond, b.Next())
	b.Attempt = 1000
	require.Equal(t, 2500*time.Millisecond, b.Next(), "however many there were")
}

func TestAWaitLastsAndEndsEarlyWithTheCause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		require.NoError(t, backoff.Wait(t.Context(), time.Minute))
		require.Equal(t, time.Minute, time.Since(begun))
		require.NoError(t, backoff.Wait(t.Context(), 0))

		stop := errors.New("told to stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(stop) })
		require.ErrorIs(t, backoff.Wait(ctx, time.Hour), stop)
		require.Equal(t, 61*time.Second, time.Since(begun))
		require.ErrorIs(t, backoff.Wait(ctx, 0), stop)
	})
}
