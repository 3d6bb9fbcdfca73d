package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
)

// capturing is a recorder of a stream of the creator that works.
func capturing(platform, stream string) store.Capture {
	now := time.Now()
	return store.Capture{
		CreatorID: creator, StreamID: stream, Host: "h1", Platform: platform, State: "recording", Dir: "capture/" + stream,
		StartedAt: now.Add(-time.Minute), OldestAt: now.Add(-time.Minute), NewestAt: now, Segments: 30,
	}
}

func TestOneOfManyStreamsOfACreatorIsRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	won := make(chan string, 8)
	for n := range 8 {
		wg.Go(func() {
			c := capturing("twitch", fmt.Sprintf("s%d", n))
			holder, err := b.store.TakeCapture(t.Context(), c, nil)
			if err == nil && holder == nil {
				won <- c.StreamID
			}
		})
	}
	wg.Wait()
	require.Len(t, won, 1)
	winner := <-won
	captures, err := b.store.Captures(t.Context())
	require.NoError(t, err)
	require.Len(t, captures, 1, "who lost has written nothing")
	require.Equal(t, winner, captures[0].StreamID)
}

func TestACaptureStandsByAndTakesOverWhenTheOtherEnds(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	first, second := capturing("twitch", "s1"), capturing("youtube", "s2")
	holder, err := b.store.AwaitCapture(ctx, second)
	require.NoError(t, err)
	require.Nil(t, holder)
	_, err = b.store.TakeCapture(ctx, first, nil)
	require.NoError(t, err)
	second.Error = "twitch is being recorded"
	holder, err = b.store.AwaitCapture(ctx, second)
	require.NoError(t, err)
	require.Equal(t, "s1", holder.StreamID)
	require.Equal(t, []string{"s1 recording", "s2 standby"}, b.captureStates(t))
	found, err := b.store.CaptureFor(ctx, creator, time.Now())
	require.NoError(t, err)
	require.Equal(t, "s1", found.StreamID, "nothing is cut from what only stands by")

	first.State, first.EndedAt = "ended", time.Now()
	require.NoError(t, b.store.SaveCapture(ctx, first))
	holder, err = b.store.AwaitCapture(ctx, second)
	require.NoError(t, err)
	require.Nil(t, holder)
	latest, err := b.store.LatestCapture(ctx, creator, "h1", time.Minute)
	require.NoError(t, err)
	require.Equal(t, "capture/s1", latest.Dir)
	_, err = b.store.LatestCapture(ctx, creator, "h2", time.Minute)
	require.ErrorIs(t, err, store.ErrNotFound)
	holder, err = b.store.TakeCapture(ctx, second, nil)
	require.NoError(t, err)
	require.Nil(t, holder)
	require.Equal(t, []string{"s1 ended", "s2 recording"}, b.captureStates(t))

	// The first stream's source is back: it stands by, and what it holds counts on.
	holder, err = b.store.AwaitCapture(ctx, first)
	require.NoError(t, err)
	require.Equal(t, "s2", holder.StreamID)
	captures, err := b.store.Captures(ctx)
	require.NoError(t, err)
	for _, c := range captures {
		require.False(t, c.OldestAt.IsZero(), c.StreamID)
	}
	require.NoError(t, b.store.LeaveStandby(ctx, first))
	require.Equal(t, []string{"s1 ended", "s2 recording"}, b.captureStates(t))
}

func TestARecorderThatIsReplacedFindsOutWhenItSaves(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	first, second := capturing("twitch", "s1"), capturing("youtube", "s2")
	_, err := b.store.TakeCapture(ctx, first, nil)
	require.NoError(t, err)
	holder, err := b.store.TakeCapture(ctx, second, func(h store.Capture) bool { return h.Platform != "twitch" })
	require.NoError(t, err)
	require.Equal(t, "s1", holder.StreamID)
	holder, err = b.store.TakeCapture(ctx, second, func(h store.Capture) bool { return h.Platform == "twitch" })
	require.NoError(t, err)
	require.Nil(t, holder)
	holder, err = b.store.TakeCapture(ctx, first, nil)
	require.NoError(t, err)
	require.Equal(t, "s2", holder.StreamID)
	require.Equal(t, []string{"s1 standby", "s2 recording"}, b.captureStates(t))
	found, err := b.store.CaptureFor(ctx, creator, time.Now().Add(time.Second))
	require.NoError(t, err)
	require.Equal(t, "s2", found.StreamID, "what was replaced holds nothing new")
}

func TestARecorderThatIsNotHeardOfIsReplacedWithinSeconds(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	_, err := b.store.TakeCapture(ctx, capturing("twitch", "s1"), nil)
	require.NoError(t, err)
	_, err = b.connect(t).Exec(ctx, `update streamsuites.captures set updated_at = now() - interval '11 seconds'`)
	require.NoError(t, err)
	second := capturing("youtube", "s2")
	holder, err := b.store.AwaitCapture(ctx, second)
	require.NoError(t, err)
	require.Nil(t, holder)
	holder, err = b.store.TakeCapture(ctx, second, nil)
	require.NoError(t, err)
	require.Nil(t, holder)
	require.Equal(t, []string{"s1 standby", "s2 recording"}, b.captureStates(t))
	_, err = b.connect(t).Exec(ctx, `update streamsuites.captures set updated_at = now() - interval '1 minute' where stream_id = 's1'`)
	require.NoError(t, err)
	require.Equal(t, []string{"s1 interrupted", "s2 recording"}, b.captureStates(t))
}

// An attempt of the same stream on another host is Temporal's to keep apart.
func TestTheSameStreamOnAnotherHostDoesNotStandInItsOwnWay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	here := capturing("twitch", "s1")
	_, err := b.store.TakeCapture(t.Context(), here, nil)
	require.NoError(t, err)
	here.Host = "h2"
	holder, err := b.store.TakeCapture(t.Context(), here, nil)
	require.NoError(t, err)
	require.Nil(t, holder)
}

// captureStates lists "<stream> <state>" of every capture.
func (b bench) captureStates(t testing.TB) []string {
	t.Helper()
	captures, err := b.store.Captures(t.Context())
	require.NoError(t, err)
	var states []string
	for _, c := range captures {
		states = append(states, c.StreamID+" "+c.State)
	}
	slices.Sort(states)
	return states
}
