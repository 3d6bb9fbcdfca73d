package store_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

func (b bench) transition(t testing.TB, tr store.Transition) clip.Clip {
	t.Helper()
	c, err := b.store.Transition(t.Context(), tr)
	require.NoError(t, err)
	require.Equal(t, tr.State, c.State)
	require.Equal(t, tr.Seq, c.Seq)
	return c
}

func TestAClipGoesFromQueuedToPublished(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	r := b.clip(t, "ab12cd")
	queued, err := b.store.Clip(ctx, "ab12cd")
	require.NoError(t, err)
	require.Equal(t, r, queued.Request)
	require.Equal(t, clip.Queued, queued.State)
	spans, err := b.store.PendingSpans(ctx, creator)
	require.NoError(t, err)
	require.Equal(t, []store.Span{{ClipID: "ab12cd", Start: r.Start, End: r.End}}, spans)

	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 1, State: clip.Encoding})
	gaps := []clip.Gap{{Start: r.Start, End: r.Start.Add(time.Second), Reason: "stall"}}
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 2, State: clip.Encoded, Result: &store.EncodeResult{
		OutputPath: "clips/output/ab12cd.mp4", Thumbnail: "clips/output/ab12cd.jpg", Duration: 29500 * time.Millisecond, Bytes: 1 << 33, SHA256: "ff", Gaps: gaps,
	}})
	spans, err = b.store.PendingSpans(ctx, creator)
	require.NoError(t, err)
	require.Empty(t, spans)
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 3, State: clip.Uploading})
	published := b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 4, State: clip.Published, URL: "http://localhost/clips/ab12cd.mp4"})

	require.Equal(t, r, published.Request)
	require.Equal(t, "clips/output/ab12cd.mp4", published.OutputPath)
	require.Equal(t, "clips/output/ab12cd.jpg", published.Thumbnail)
	require.Equal(t, 29500*time.Millisecond, published.Duration)
	require.Equal(t, int64(1<<33), published.Bytes)
	require.Equal(t, "ff", published.SHA256)
	require.Equal(t, gaps, published.Gaps)
	require.Equal(t, "http://localhost/clips/ab12cd.mp4", published.URL)
	require.Empty(t, published.Reason)
	require.False(t, published.PublishedAt.IsZero())
	require.Equal(t, time.UTC, published.PublishedAt.Location())

	history, err := b.store.ClipHistory(ctx, "ab12cd")
	require.NoError(t, err)
	require.Len(t, history, 5)
	for i, state := range []clip.State{clip.Queued, clip.Encoding, clip.Encoded, clip.Uploading, clip.Published} {
		require.Equal(t, clip.Change{ClipID: "ab12cd", Seq: i, State: state, Reason: string(state), At: history[i].At}, history[i])
	}
	require.IsNonDecreasing(t, []int64{history[0].At.UnixNano(), history[1].At.UnixNano(), history[2].At.UnixNano(), history[4].At.UnixNano()})

	require.Equal(t, []control.ClipResult{{
		ClipID: "ab12cd", State: clip.Published, URL: published.URL, Platform: r.Platform, Channel: r.Channel, MessageID: r.MessageID,
		Clipper: r.Clipper, Title: r.Title,
	}}, b.clipResults(t))
	require.Equal(t, []string{
		"Clip ab12cd queued: " + r.Title, "Clip ab12cd encoding: " + r.Title, "Clip ab12cd encoded: 29.5 s, 8589.9 MB",
		"Clip ab12cd uploading: folder", "Clip ab12cd published: http://localhost/clips/ab12cd.mp4",
	}, b.lines(t))
}

func TestARetriedClipHasOneJobAndTellsItsLaneOfEveryEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clip(t, "ab12cd")
	job := b.job(t)
	require.Equal(t, store.JobPending, job.Status)
	require.JSONEq(t, `{"length":30,"source_title":"Wow","requested_by":"twitch:viewer","destination":"folder"}`, string(job.Payload))
	require.True(t, job.StartedAt.IsZero())

	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 1, State: clip.Encoding})
	require.Equal(t, store.JobRunning, b.job(t).Status)
	started := b.job(t).StartedAt
	require.False(t, started.IsZero())
	failed := b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 2, State: clip.Failed, Reason: "The disk is full.", Code: clip.DiskFull})
	require.Equal(t, "The disk is full.", failed.Reason)
	require.Equal(t, clip.DiskFull, failed.FailureCode)
	job = b.job(t)
	require.Equal(t, store.JobFailed, job.Status)
	require.Equal(t, "The disk is full.", job.Error)
	require.False(t, job.CompletedAt.IsZero())

	again := b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 3, State: clip.Encoding, Reason: "retried by an operator"})
	require.Empty(t, again.Reason, "only a failed clip has a reason to be failed")
	require.Empty(t, again.FailureCode)
	job = b.job(t)
	require.Equal(t, store.JobRunning, job.Status)
	require.Empty(t, job.Error)
	require.True(t, job.CompletedAt.IsZero())
	require.Equal(t, started, job.StartedAt)
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 4, State: clip.Failed, Reason: "Still full.", Code: clip.DiskFull})

	results := b.clipResults(t)
	require.Len(t, results, 2)
	require.Equal(t, []string{"The disk is full.", "Still full."}, []string{results[0].Reason, results[1].Reason})
	require.Contains(t, b.lines(t), "Clip ab12cd encoding: retried by an operator")
	require.Contains(t, b.lines(t), "Clip ab12cd failed: Still full.")
}

func TestARepeatedTransitionChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clip(t, "ab12cd")
	first := store.Transition{ClipID: "ab12cd", Seq: 1, State: clip.Failed, Reason: "no", Code: clip.NoCapture}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			_, err := b.store.Transition(t.Context(), first)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 2, State: clip.Encoding})
	late, err := b.store.Transition(t.Context(), first)
	require.NoError(t, err)
	require.Equal(t, clip.Encoding, late.State, "the clip is returned as it is now")

	history, err := b.store.ClipHistory(t.Context(), "ab12cd")
	require.NoError(t, err)
	require.Len(t, history, 3)
	require.Len(t, b.clipResults(t), 1)
	require.Len(t, b.lines(t), 3)
}

func TestATransitionThatDoesNotFollowIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clip(t, "ab12cd")
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 1, State: clip.Encoding})
	for name, c := range map[string]struct {
		asked store.Transition
		found clip.State
	}{
		"a state that cannot follow":             {store.Transition{ClipID: "ab12cd", Seq: 2, State: clip.Published}, ""},
		"a number that skips one":                {store.Transition{ClipID: "ab12cd", Seq: 3, State: clip.Encoded}, ""},
		"another state under a number that is":   {store.Transition{ClipID: "ab12cd", Seq: 1, State: clip.Failed}, clip.Encoding},
		"a number below the first":               {store.Transition{ClipID: "ab12cd", Seq: -1, State: clip.Encoding}, ""},
		"another state under the number of zero": {store.Transition{ClipID: "ab12cd", Seq: 0, State: clip.Failed}, clip.Queued},
	} {
		_, err := b.store.Transition(t.Context(), c.asked)
		var refused *store.TransitionError
		require.ErrorAs(t, err, &refused, name)
		require.Equal(t, &store.TransitionError{Asked: c.asked, State: clip.Encoding, Seq: 1, Found: c.found}, refused, name)
	}
	history, err := b.store.ClipHistory(t.Context(), "ab12cd")
	require.NoError(t, err)
	require.Len(t, history, 2)
	require.Empty(t, b.clipResults(t))
}

func TestAClipThatDoesNotExistIsNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.store.Clip(t.Context(), "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = b.store.Transition(t.Context(), store.Transition{ClipID: "nobody", Seq: 1, State: clip.Encoding})
	require.ErrorIs(t, err, store.ErrNotFound)
	history, err := b.store.ClipHistory(t.Context(), "nobody")
	require.NoError(t, err)
	require.Empty(t, history)
}

func TestClipsAreListedNewestFirstAndFiltered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon}
	for i, id := range []string{"aaaaaa", "bbbbbb", "cccccc"} {
		r := request(creator, id)
		r.RequestedAt = noon.Add(time.Duration(i) * time.Second)
		lane.Clips = append(lane.Clips, r)
	}
	b.commit(t, lane)
	b.transition(t, store.Transition{ClipID: "bbbbbb", Seq: 1, State: clip.Encoding})
	counts, err := b.store.ClipCounts(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[clip.State]int{
		clip.Queued: 2, clip.Encoding: 1, clip.Encoded: 0, clip.Uploading: 0, clip.Published: 0, clip.Failed: 0,
	}, counts)

	for name, c := range map[string]struct {
		filter store.ClipFilter
		want   []string
	}{
		"all":                    {store.ClipFilter{}, []string{"cccccc", "bbbbbb", "aaaaaa"}},
		"of a creator":           {store.ClipFilter{CreatorID: creator, Limit: 2}, []string{"cccccc", "bbbbbb"}},
		"of another creator":     {store.ClipFilter{CreatorID: "nobody"}, []string{}},
		"in a state":             {store.ClipFilter{States: []clip.State{clip.Encoding}}, []string{"bbbbbb"}},
		"in one of several":      {store.ClipFilter{States: []clip.State{clip.Encoding, clip.Queued}, Offset: 1}, []string{"bbbbbb", "aaaaaa"}},
		"beyond the last of all": {store.ClipFilter{Limit: 5, Offset: 3}, []string{}},
	} {
		clips, err := b.store.ListClips(t.Context(), c.filter)
		require.NoError(t, err, name)
		ids := []string{}
		for _, clip := range clips {
			ids = append(ids, clip.ClipID)
		}
		require.Equal(t, c.want, ids, name)
	}
}

func (b bench) job(t testing.TB) store.Job {
	t.Helper()
	jobs, err := b.store.Jobs(t.Context())
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	return jobs[0]
}

func (b bench) clipResults(t testing.TB) []control.ClipResult {
	t.Helper()
	inbox, err := b.store.PendingInbox(t.Context(), []string{creator})
	require.NoError(t, err)
	var results []control.ClipResult
	for _, row := range inbox {
		require.Equal(t, control.InboxClipResult, row.Kind)
		var result control.ClipResult
		require.NoError(t, json.Unmarshal(row.Payload, &result))
		results = append(results, result)
	}
	return results
}

// lines returns the runtime events' messages.
func (b bench) lines(t testing.TB) []string {
	t.Helper()
	events, err := b.store.RuntimeEventsAfter(t.Context(), 0, 1000)
	require.NoError(t, err)
	lines := []string{}
	for _, e := range events {
		lines = append(lines, e.Message)
	}
	return lines
}
