package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestWhatFollowedFromOnePlaceOfALaneIsFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := busy(b.epoch)
	lane.Asked = []store.ClipAsked{
		{ClipID: "ab12cd", UserKey: ann, Platform: chat.Twitch, MessageID: "m-ab12cd", At: noon, LaneSeq: 1},
		{ClipID: "ab12cd", UserKey: bob, Platform: chat.Twitch, MessageID: "m-joined", At: noon, LaneSeq: 2},
	}
	for seq, key := range map[int64]string{1: "reply:1", 2: "reply:2"} {
		lane.Outbox = append(lane.Outbox, store.Outbox{
			CreatorID: creator, LaneSeq: seq, Kind: store.OutboxReply, DedupeKey: key, Platform: chat.Twitch, Channel: "channel",
			Payload: raw(`{"Text":"hello"}`), NotAfter: noon.Add(time.Minute),
		})
	}
	result := b.commit(t, lane)
	for _, id := range result.OutboxIDs[creator] {
		require.NoError(t, b.store.FinishOutbox(t.Context(), id, store.OutboxDropped, "too late"))
	}

	sent, err := b.store.OutboxAt(t.Context(), creator, 1)
	require.NoError(t, err)
	require.Len(t, sent, 1)
	require.Equal(t, "reply:1", sent[0].DedupeKey)
	require.Equal(t, store.OutboxDropped, sent[0].State)
	require.Equal(t, "too late", sent[0].Error)
	require.False(t, sent[0].FinishedAt.IsZero())
	require.True(t, noon.Add(time.Minute).Equal(sent[0].NotAfter))
	none, err := b.store.OutboxAt(t.Context(), "Nobody", 1)
	require.NoError(t, err)
	require.Empty(t, none)

	changes, err := b.store.TriggerChangesAt(t.Context(), creator, 1)
	require.NoError(t, err)
	require.NotEmpty(t, changes)
	for _, c := range changes {
		require.EqualValues(t, 1, c.LaneSeq)
	}
	for _, message := range []string{"m-ab12cd", "m-joined"} {
		clips, err := b.store.ClipsOf(t.Context(), creator, message)
		require.NoError(t, err)
		require.Len(t, clips, 1)
		require.Equal(t, "ab12cd", clips[0].ClipID)
	}
	asked, err := b.store.ClipAsked(t.Context(), "ab12cd")
	require.NoError(t, err)
	require.Equal(t, lane.Asked, asked)
	counts, err := b.store.ClipAskedCounts(t.Context(), []string{"ab12cd", "nobody"})
	require.NoError(t, err)
	require.Equal(t, map[string]int{"ab12cd": 2}, counts)
}

func TestPointsAreReadWithHowTheyCameAbout(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.commit(t, busy(b.epoch))

	points, known, err := b.store.Balance(t.Context(), creator, ann)
	require.NoError(t, err)
	require.True(t, known)
	require.EqualValues(t, 70, points)
	_, known, err = b.store.Balance(t.Context(), creator, "twitch:3")
	require.NoError(t, err)
	require.False(t, known)

	balances, err := b.store.Balances(t.Context(), creator, 10)
	require.NoError(t, err)
	require.Equal(t, []store.Balance{{UserKey: bob, Points: 105}, {UserKey: ann, Points: 70}}, balances)
	balances, err = b.store.Balances(t.Context(), creator, 1)
	require.NoError(t, err)
	require.Len(t, balances, 1)

	changes, err := b.store.PointChanges(t.Context(), creator, ann, 10)
	require.NoError(t, err)
	require.Len(t, changes, 2)
	require.EqualValues(t, -20, changes[0].Delta)
	require.Equal(t, "ef34gh", changes[0].ClipID)
	require.EqualValues(t, -10, changes[1].Delta)
}
