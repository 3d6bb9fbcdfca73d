package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestTheMostUrgentRepliesComeFirstAndEachSenderHasItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	lane := store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon}
	for key, class := range map[string]budget.Class{"n": budget.Notice, "v": budget.Viewer, "m": budget.Moderator} {
		lane.Outbox = append(lane.Outbox, store.Outbox{
			Kind: store.OutboxReply, DedupeKey: key, Platform: chat.Twitch, Channel: "c", Class: class, Payload: json.RawMessage(`{"Text": "hi"}`),
		})
	}
	b.commit(t, lane)
	pending := func(q store.OutboxQueue) (keys []string, first store.Outbox) {
		rows, err := b.store.ResumeOutbox(ctx, creator, q, "host", 10)
		require.NoError(t, err)
		for _, row := range rows {
			keys = append(keys, row.DedupeKey)
		}
		return keys, rows[0]
	}
	keys, first := pending(store.QueueOf(store.OutboxReply))
	require.Equal(t, []string{"m", "v", "n"}, keys)
	require.Equal(t, budget.Moderator, first.Class)
	mine, err := b.store.ClaimOutbox(ctx, first.ID, creator, b.epoch, "host")
	require.NoError(t, err)
	require.True(t, mine)
	keys, _ = pending(store.OutboxQueue{Kind: store.OutboxReply, Least: budget.Notice, Most: budget.Viewer})
	require.Equal(t, []string{"v", "n"}, keys)
	require.Equal(t, "sending", b.state(t, first.ID), "what the other sender has in hand stays there")

	doubts := func() []store.Doubt {
		found, err := b.store.Doubts(ctx, creator, time.Now().Add(-time.Minute))
		require.NoError(t, err)
		return found
	}
	require.NoError(t, b.store.FinishOutbox(ctx, first.ID, store.OutboxUnknown, "no answer"))
	require.Len(t, doubts(), 1)
	require.Equal(t, "hi", doubts()[0].Text)
	counts, err := b.store.ReplyCounts(ctx, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	require.Equal(t, []store.ReplyCount{
		{Platform: chat.Twitch, State: store.OutboxPending, Replies: 2},
		{Platform: chat.Twitch, State: store.OutboxUnknown, Replies: 1, Why: "no answer"},
	}, counts)
	require.NoError(t, b.store.FinishOutbox(ctx, first.ID, store.OutboxSent, ""))
	require.Empty(t, doubts())
}
