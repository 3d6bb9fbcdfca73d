package window_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/window"
)

func TestOneTooManyWaitsUntilTheOldestHasLeftTheSpan(t *testing.T) {
	t.Parallel()
	w, now := window.Windows{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 2 {
		_, ok := w.Take("a", now.Add(time.Duration(i)*time.Second), 30*time.Second, 2)
		require.True(t, ok)
	}
	wait, ok := w.Take("a", now.Add(10*time.Second), 30*time.Second, 2)
	require.False(t, ok)
	require.Equal(t, 20*time.Second, wait)
	_, ok = w.Take("b", now.Add(10*time.Second), 30*time.Second, 2)
	require.True(t, ok, "every key has a window of its own")
	_, ok = w.Take("a", now.Add(30*time.Second), 30*time.Second, 2)
	require.True(t, ok)
}

func TestALimitOfNoneAndNoLimit(t *testing.T) {
	t.Parallel()
	w, now := window.Windows{}, time.Now()
	wait, ok := w.Take("a", now, time.Minute, 0)
	require.False(t, ok)
	require.Equal(t, time.Minute, wait)
	for range 100 {
		_, ok := w.Take("a", now, time.Minute, -1)
		require.True(t, ok)
	}
}
