package pacing_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/pacing"
)

func TestAWindowGrantsItsLimitWhereverItBegins(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	w := pacing.NewWindow(func() time.Time { return now })
	take := func(limit int) time.Duration {
		wait, err := w.Take(t.Context(), "send", 1, limit, 30*time.Second)
		require.NoError(t, err)
		return wait
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
	wait, err := w.Take(t.Context(), "join", 1, 1, time.Second)
	require.NoError(t, err)
	require.Zero(t, wait, "another bucket")
}

func TestWhatIsNeverGrantedIsAnErrorAndNotAWait(t *testing.T) {
	t.Parallel()
	w := pacing.NewWindow(time.Now)
	_, err := w.Take(t.Context(), "join", 2, 1, time.Second)
	require.Error(t, err)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = w.Take(over, "join", 1, 1, time.Second)
	require.ErrorIs(t, err, context.Canceled)
}

func TestAWindowKeepsRoomForModerators(t *testing.T) {
	t.Parallel()
	w := pacing.NewWindow(time.Now)
	take := func(c budget.Class) bool {
		wait, err := w.Take(budget.WithClass(t.Context(), c), "send", 1, 20, time.Hour)
		require.NoError(t, err)
		return wait == 0
	}
	for range 16 {
		require.True(t, take(budget.Viewer))
	}
	require.False(t, take(budget.Viewer))
	require.False(t, take(budget.Notice))
	for range 4 {
		require.True(t, take(budget.Moderator))
	}
	require.False(t, take(budget.Moderator))
}
