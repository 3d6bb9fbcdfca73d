package store_test

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

func stream(id string, started time.Time) control.Stream {
	return control.Stream{CreatorID: creator, Platform: chat.Twitch, Channel: "channel", StreamID: id, Title: "A title", StartedAt: started}
}

func (b bench) live(t testing.TB, s control.Stream) bool {
	t.Helper()
	started, err := b.store.RecordLive(t.Context(), b.epoch, s)
	require.NoError(t, err)
	return started
}

// news returns the keys of the decisions that wait for the session, in order, and
// checks that the lane is told the same.
func (b bench) news(t testing.TB) []string {
	t.Helper()
	signals, err := b.store.PendingOutbox(t.Context(), []string{creator}, store.OutboxSignal, 100)
	require.NoError(t, err)
	inbox, err := b.store.PendingInbox(t.Context(), []string{creator})
	require.NoError(t, err)
	require.Len(t, inbox, len(signals))
	keys := []string{}
	for i, row := range signals {
		var decision control.Decision
		require.NoError(t, json.Unmarshal(row.Payload, &decision))
		var told control.Stream
		require.NoError(t, json.Unmarshal(inbox[i].Payload, &told))
		require.Equal(t, *decision.Stream, told)
		require.Equal(t, string(decision.Kind), inbox[i].Kind)
		keys = append(keys, decision.Key)
	}
	return keys
}

func TestAStreamThatIsSeenLiveManyTimesStartsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var started atomic.Int64
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			first, err := b.store.RecordLive(t.Context(), b.epoch, stream("s1", noon))
			assert.NoError(t, err)
			if first {
				started.Add(1)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(1), started.Load())
	require.Equal(t, []string{"stream_live:s1"}, b.news(t))
	require.Equal(t, []string{"channel went live on twitch"}, b.lines(t))
	live, err := b.store.LiveStreams(t.Context())
	require.NoError(t, err)
	require.Equal(t, []control.Stream{stream("s1", noon)}, live)
}

// told returns what the lane is told about broadcasts that are live, in order.
func (b bench) told(t testing.TB) (all []control.Stream) {
	t.Helper()
	inbox, err := b.store.PendingInbox(t.Context(), []string{creator})
	require.NoError(t, err)
	for _, row := range inbox {
		require.Equal(t, control.InboxStreamLive, row.Kind)
		var s control.Stream
		require.NoError(t, json.Unmarshal(row.Payload, &s))
		all = append(all, s)
	}
	return all
}

func TestTheLaneLearnsHowABroadcastChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	now := stream("s1", noon)
	now.Category, now.Viewers = "Chess", 10
	require.True(t, b.live(t, now))
	want := []control.Stream{now}
	see := func(change func()) {
		change()
		require.False(t, b.live(t, now))
		require.False(t, b.live(t, now), "what is known already is no news")
	}
	see(func() { now.Title = "Another title" })
	want = append(want, now)
	see(func() { now.Category = "Go" })
	want = append(want, now)
	see(func() { now.Title, now.Category = "A title", "Chess" }) // back to what it was
	want = append(want, now)
	require.Equal(t, want, b.told(t))

	see(func() { now.Viewers = 5000 })
	require.Equal(t, want, b.told(t), "viewers alone have to wait")
	_, err := b.connect(t).Exec(t.Context(), `update streamsuites.streams set told_at = told_at - interval '3 minutes'`)
	require.NoError(t, err)
	require.False(t, b.live(t, now))
	want = append(want, now)
	see(func() { now.Viewers = 5001 })
	require.Equal(t, want, b.told(t))
	signals, err := b.store.PendingOutbox(t.Context(), []string{creator}, store.OutboxSignal, 100)
	require.NoError(t, err)
	require.Len(t, signals, 1, "the session is told of the beginning only")

	_, err = b.store.RecordOffline(t.Context(), b.epoch, creator, chat.Twitch, noon.Add(time.Hour))
	require.NoError(t, err)
	require.True(t, b.live(t, now), "live again")
	see(func() { now.Title = "Another title" })
	inbox, err := b.store.PendingInbox(t.Context(), []string{creator})
	require.NoError(t, err)
	require.Len(t, inbox, len(want)+3)
}

func TestANewStreamEndsTheOneBeforeOnThatPlatformOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kick := stream("k1", noon)
	kick.Platform = chat.Kick
	require.True(t, b.live(t, stream("s1", noon)))
	require.True(t, b.live(t, kick))
	require.True(t, b.live(t, stream("s2", noon.Add(time.Hour))))
	require.Equal(t, []string{"stream_live:s1", "stream_live:k1", "stream_over:s1", "stream_live:s2"}, b.news(t))
	require.False(t, b.live(t, stream("s1", noon)), "an answer from before is stale")
	live, err := b.store.LiveStreams(t.Context())
	require.NoError(t, err)
	require.Equal(t, []control.Stream{kick, stream("s2", noon.Add(time.Hour))}, live)
}

func TestAStreamEndsOnceAndCanComeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.True(t, b.live(t, stream("s1", noon)))
	ended, err := b.store.RecordOffline(t.Context(), b.epoch, creator, chat.Twitch, noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, []control.Stream{stream("s1", noon)}, ended)
	ended, err = b.store.RecordOffline(t.Context(), b.epoch, creator, chat.Twitch, noon.Add(2*time.Hour))
	require.NoError(t, err)
	require.Empty(t, ended)
	require.True(t, b.live(t, stream("s1", noon)))
	require.Equal(t, []string{"stream_live:s1", "stream_over:s1", "stream_live:s1:2"}, b.news(t))
}

func TestAStreamOfWhichNobodyKnowsTheStartBeginsNow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.True(t, b.live(t, stream("s1", noon)))
	require.True(t, b.live(t, stream("s2", time.Time{})))
	live, err := b.store.LiveStreams(t.Context())
	require.NoError(t, err)
	require.Len(t, live, 1)
	require.WithinDuration(t, time.Now(), live[0].StartedAt, time.Minute)
}

func TestTheCaptureOfAMomentIsFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	ended := store.Capture{
		CreatorID: creator, StreamID: "s1", Host: "h1", Platform: "twitch", Dir: "capture/Qx7Zt2/s1", State: "ended",
		OldestAt: noon.Add(-5 * time.Minute), NewestAt: noon, StartedAt: noon.Add(-time.Hour), EndedAt: noon, Segments: 150, Bytes: 1 << 30, Gaps: 1,
	}
	running := store.Capture{CreatorID: creator, StreamID: "s2", Host: "h2", Platform: "twitch", State: "connecting", StartedAt: noon.Add(20 * time.Second)}
	for _, c := range []store.Capture{ended, running} {
		require.NoError(t, b.store.SaveCapture(ctx, c))
	}
	running.State, running.OldestAt, running.NewestAt, running.StartedAt = "recording", noon.Add(20*time.Second), noon.Add(time.Minute), noon.Add(time.Hour)
	require.NoError(t, b.store.SaveCapture(ctx, running))

	for name, c := range map[string]struct {
		at   time.Time
		want string
	}{
		"in the buffer of the one that ended":           {noon.Add(-time.Minute), "s1"},
		"in the buffer of the one that runs":            {noon.Add(30 * time.Second), "s2"},
		"between both, the newer one":                   {noon.Add(10 * time.Second), "s2"},
		"before the buffer of the one that ended":       {noon.Add(-30 * time.Minute), "s1"},
		"long after, the one that runs":                 {noon.Add(time.Hour), "s2"},
		"a little before the first began":               {noon.Add(-time.Hour - 30*time.Second), "s1"},
		"before anything was recorded nothing is found": {noon.Add(-2 * time.Hour), ""},
	} {
		found, err := b.store.CaptureFor(ctx, creator, c.at)
		if c.want == "" {
			require.ErrorIs(t, err, store.ErrNotFound, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.want, found.StreamID, name)
	}

	captures, err := b.store.Captures(ctx)
	require.NoError(t, err)
	require.Len(t, captures, 2)
	require.Equal(t, noon.Add(20*time.Second), captures[0].StartedAt, "the start stays")
	require.False(t, captures[1].UpdatedAt.IsZero())
	captures[1].UpdatedAt = time.Time{}
	require.Equal(t, ended, captures[1])
	pruned, err := b.store.PruneCaptures(ctx, noon.Add(time.Second))
	require.NoError(t, err)
	require.Equal(t, int64(1), pruned)
}

func TestTheStateOfAConnectionKeepsWhatIsNotKnownAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	live := store.PlatformStatus{CreatorID: creator, Epoch: b.epoch, Platform: chat.Twitch, Channel: "channel", State: "live", LastHeartbeat: noon, LastSuccess: noon}
	require.NoError(t, b.store.SavePlatformStatus(ctx, nil))
	require.NoError(t, b.store.SavePlatformStatus(ctx, []store.PlatformStatus{live}))
	degraded := store.PlatformStatus{CreatorID: creator, Epoch: b.epoch, Platform: chat.Twitch, Channel: "channel", State: "degraded", Error: "no answer", LastHeartbeat: noon.Add(time.Second)}
	require.NoError(t, b.store.SavePlatformStatus(ctx, []store.PlatformStatus{degraded}))

	statuses, err := b.store.PlatformStatuses(ctx)
	require.NoError(t, err)
	require.Len(t, statuses, 1)
	degraded.Epoch, degraded.LastSuccess, degraded.UpdatedAt, degraded.Since = 0, noon, statuses[0].UpdatedAt, statuses[0].Since
	require.Equal(t, degraded, statuses[0])
}

func TestStatesOfManyConnectionsAreSavedTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	status := func(id string, epoch int64, p chat.Platform, state connection.State) store.PlatformStatus {
		return store.PlatformStatus{CreatorID: id, Epoch: epoch, Platform: p, Channel: "channel", State: state, LastHeartbeat: noon}
	}
	require.NoError(t, b.store.SavePlatformStatus(ctx, []store.PlatformStatus{
		status(creator, b.epoch, chat.Twitch, "connecting"),
		status("another", 0, chat.Twitch, "live"),
		status(creator, b.epoch-1, chat.Kick, "live"),
		status(creator, b.epoch, chat.Twitch, "live"),
	}))
	statuses, err := b.store.PlatformStatuses(ctx)
	require.NoError(t, err)
	require.Len(t, statuses, 2, "one of an outdated epoch is dropped")
	require.Equal(t, "another", statuses[1].CreatorID)
	require.Equal(t, connection.Live, statuses[0].State, "the last state counts")
	events, err := b.store.LatestRuntimeEvents(ctx, 10)
	require.NoError(t, err)
	require.Len(t, events, 2, "one for each that changed")
}

func TestRuntimeEventsAreReadOnFromTheLast(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	event := store.RuntimeEvent{At: noon, Source: "system", Severity: store.SeverityWarning, Message: "one", ClipID: "ab12cd", CreatorID: creator}
	require.NoError(t, b.store.AddRuntimeEvent(ctx, event))
	for _, message := range []string{"two", "three"} {
		require.NoError(t, b.store.AddRuntimeEvent(ctx, store.RuntimeEvent{Source: "system", Severity: store.SeverityInfo, Message: message}))
	}
	first, err := b.store.RuntimeEventsAfter(ctx, 0, 1)
	require.NoError(t, err)
	event.ID = first[0].ID
	require.Equal(t, []store.RuntimeEvent{event}, first)
	rest, err := b.store.RuntimeEventsAfter(ctx, first[0].ID, 10)
	require.NoError(t, err)
	latest, err := b.store.LatestRuntimeEvents(ctx, 2)
	require.NoError(t, err)
	require.Equal(t, rest, latest)
	require.Equal(t, []string{"two", "three"}, []string{rest[0].Message, rest[1].Message})
}

// An event must never become visible after one with a greater id was read.
func TestRuntimeEventsBecomeVisibleInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 20 {
				assert.NoError(t, b.store.AddRuntimeEvent(t.Context(), store.RuntimeEvent{Source: "system", Severity: store.SeverityInfo, Message: "x"}))
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	var last, read int64
	for writing := true; writing; {
		select {
		case <-done:
			writing = false
		default:
		}
		events, err := b.store.RuntimeEventsAfter(t.Context(), last, 1000)
		require.NoError(t, err)
		for _, e := range events {
			last = e.ID
			read++
		}
	}
	require.Equal(t, int64(160), read)
}
