package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestClipsThatAreFailedNowAreToldWithTheirReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	lane := store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon}
	for i, id := range []string{"aaaaa1", "aaaaa2", "aaaaa3", "aaaaa4"} {
		r := request(creator, id)
		r.RequestedAt = noon.Add(time.Duration(i) * time.Minute)
		lane.Clips = append(lane.Clips, r)
	}
	b.commit(t, lane)
	fail := func(id string, code clip.Code) {
		b.transition(t, store.Transition{ClipID: id, Seq: 1, State: clip.Failed, Reason: "Why " + id, Code: code})
	}
	fail("aaaaa1", clip.DiskFull)
	fail("aaaaa2", "")
	fail("aaaaa3", clip.Withdrawn)

	failures, err := b.store.ClipFailures(ctx, noon.Add(-time.Minute), 10)
	require.NoError(t, err)
	require.Len(t, failures, 3, "not the queued one")
	for i := range failures {
		require.False(t, failures[i].At.IsZero())
		failures[i].At = time.Time{}
	}
	require.Equal(t, []store.ClipFailure{
		{ClipID: "aaaaa3", CreatorID: creator, Code: clip.Withdrawn, Reason: "Why aaaaa3"},
		{ClipID: "aaaaa2", CreatorID: creator, Reason: "Why aaaaa2"},
		{ClipID: "aaaaa1", CreatorID: creator, Code: clip.DiskFull, Reason: "Why aaaaa1"},
	}, failures)

	newest, err := b.store.ClipFailures(ctx, noon.Add(-time.Minute), 1)
	require.NoError(t, err)
	require.Len(t, newest, 1)
	later, err := b.store.ClipFailures(ctx, noon, 10)
	require.NoError(t, err)
	require.Len(t, later, 2, "those requested after the instant")
	b.transition(t, store.Transition{ClipID: "aaaaa2", Seq: 2, State: clip.Encoding})
	later, err = b.store.ClipFailures(ctx, noon, 10)
	require.NoError(t, err)
	require.Len(t, later, 1, "a retried clip is not failed")
}

func TestEventsAreBoundedInNumberToo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	add := func(message string) {
		require.NoError(t, b.store.AddRuntimeEvent(ctx, store.RuntimeEvent{At: noon, Source: "system", Severity: store.SeverityInfo, Message: message}))
	}
	add("first")
	add("second")
	_, err := b.connect(t).Exec(ctx, `alter table streamsuites.runtime_events alter column id restart with 250002`)
	require.NoError(t, err)
	add("after many others")
	pruned, err := b.store.PruneRuntimeEvents(ctx, noon.Add(-time.Hour))
	require.NoError(t, err)
	require.EqualValues(t, 2, pruned)
	pruned, err = b.store.PruneRuntimeEvents(ctx, noon.Add(-time.Hour))
	require.NoError(t, err)
	require.Zero(t, pruned)
}

func TestPublicMessagesTellNoTitlesAndNoConfiguration(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.clip(t, "ab12cd")
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 1, State: clip.Encoding})
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 2, State: clip.Encoded})
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 3, State: clip.Uploading})
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 4, State: clip.Published, URL: "https://video.example.com/x"})
	_, err := b.store.SaveReload(t.Context(), store.Reload{Host: "h", At: noon, State: store.ReloadRefused, Seen: "s",
		Files: []string{"a.json", "b.json"}, Problem: "found \"x: y\""})
	require.NoError(t, err)

	events, err := b.store.LatestRuntimeEvents(t.Context(), 100)
	require.NoError(t, err)
	var told, private []string
	for _, e := range events {
		told, private = append(told, e.PublicMessage()), append(private, e.Message)
	}
	require.Contains(t, private, "Clip ab12cd queued: "+r.Title, "operators read titles")
	require.Equal(t, []string{
		"Clip ab12cd queued", "Clip ab12cd encoding", "Clip ab12cd encoded", "Clip ab12cd uploading: folder",
		"Clip ab12cd published: https://video.example.com/x",
		"The changed configuration is not valid and the one before stays in force: a.json, b.json",
	}, told)
}
