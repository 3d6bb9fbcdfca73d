package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
)

// A recorder whose process was killed cannot write that it ended.
func TestACaptureWhoseRecorderIsSilentIsInterrupted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	now := time.Now()
	here := store.Capture{
		CreatorID: creator, StreamID: "s1", Host: "h1", Platform: "twitch", State: "recording",
		StartedAt: now.Add(-time.Hour), OldestAt: now.Add(-10 * time.Minute), NewestAt: now.Add(-5 * time.Minute),
	}
	require.NoError(t, b.store.SaveCapture(ctx, here))
	found, err := b.store.CaptureFor(ctx, creator, now)
	require.NoError(t, err)
	require.Equal(t, "recording", found.State)
	require.True(t, found.Holds(now), "it records on, so it will hold it")

	_, err = b.connect(t).Exec(ctx, `update streamsuites.captures set updated_at = $1`, here.NewestAt)
	require.NoError(t, err)
	captures, err := b.store.Captures(ctx)
	require.NoError(t, err)
	require.Equal(t, "interrupted", captures[0].State)
	require.WithinDuration(t, here.NewestAt, captures[0].EndedAt, time.Millisecond)
	_, err = b.store.CaptureFor(ctx, creator, now)
	require.ErrorIs(t, err, store.ErrNotFound, "nobody recorded this moment")
	found, err = b.store.CaptureFor(ctx, creator, here.NewestAt.Add(-time.Minute))
	require.NoError(t, err)
	require.True(t, found.Holds(here.NewestAt.Add(-time.Minute)))
	require.False(t, found.Holds(here.NewestAt.Add(30*time.Second)))

	// Another host goes on: the moment decides who is asked.
	there := here
	there.Host, there.StartedAt, there.OldestAt, there.NewestAt = "h2", now.Add(-4*time.Minute), now.Add(-4*time.Minute), now
	require.NoError(t, b.store.SaveCapture(ctx, there))
	for at, host := range map[time.Time]string{here.NewestAt.Add(-time.Second): "h1", now.Add(-time.Minute): "h2", now: "h2"} {
		found, err = b.store.CaptureFor(ctx, creator, at)
		require.NoError(t, err)
		require.Equal(t, host, found.Host)
	}

	// And when the first is back, people read how long it was away.
	require.NoError(t, b.store.SaveCapture(ctx, here))
	captures, err = b.store.Captures(ctx)
	require.NoError(t, err)
	require.Equal(t, "recording", captures[1].State)
	require.Contains(t, b.lines(t), "The recording of "+creator+" was interrupted for 5m0s")

	_, err = b.connect(t).Exec(ctx, `update streamsuites.captures set updated_at = $1 where host = 'h1'`, here.NewestAt)
	require.NoError(t, err)
	pruned, err := b.store.PruneCaptures(ctx, now.Add(-time.Minute))
	require.NoError(t, err)
	require.Equal(t, int64(1), pruned, "it is not kept for ever")
}
