package store_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// said are the places of messages.
func said(events []store.Event) string {
	list := []int64{}
	for _, e := range events {
		list = append(list, e.LaneSeq)
	}
	return strings.Trim(fmt.Sprint(list), "[]")
}

func TestABroadcastHasTheMessagesOfItsTimeThatWereNotDeleted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := chatter(creator, b.epoch, 1, 10)
	for i := range lane.Events {
		lane.Events[i].SentAt = noon.Add(time.Duration(i) * time.Minute)
	}
	lane.Events[5].Text = ""
	for state, i := range map[string]int{"pending": 3, "failed": 4} {
		id := lane.Events[i].MessageID
		lane.Outbox = append(lane.Outbox, store.Outbox{
			Kind: store.OutboxDelete, DedupeKey: "delete:twitch:" + id, Platform: chat.Twitch, Channel: "marmot", Payload: json.RawMessage(`{"state": "` + state + `"}`),
		})
	}
	b.commit(t, lane)
	_, err := b.connect(t).Exec(t.Context(), `update streamsuites.outbox set state = payload->>'state'`)
	require.NoError(t, err)
	_, err = b.store.RecordLive(t.Context(), b.epoch, control.Stream{CreatorID: creator, Platform: chat.Twitch, StreamID: "s1", StartedAt: noon.Add(time.Minute)})
	require.NoError(t, err)
	_, err = b.store.RecordOffline(t.Context(), b.epoch, creator, chat.Twitch, noon.Add(8*time.Minute))
	require.NoError(t, err)
	_, err = b.store.RecordLive(t.Context(), b.epoch, control.Stream{CreatorID: creator, Platform: chat.Twitch, StreamID: "s2", StartedAt: noon.Add(time.Hour)})
	require.NoError(t, err)

	found, err := b.store.Broadcasts(t.Context(), store.BroadcastFilter{CreatorIDs: []string{creator}, Limit: 10})
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.Equal(t, "s2", found[0].StreamID)
	require.False(t, found[0].Texts)
	require.True(t, found[0].EndedAt.IsZero())
	ended, err := b.store.Broadcasts(t.Context(), store.BroadcastFilter{CreatorIDs: []string{creator}, Ended: true, Limit: 10})
	require.NoError(t, err)
	require.Equal(t, found[1:], ended)
	require.True(t, ended[0].Texts)
	one, err := b.store.Broadcasts(t.Context(), store.BroadcastFilter{CreatorIDs: []string{creator}, Platform: chat.Twitch, StreamID: "s1", Limit: 1})
	require.NoError(t, err)
	require.Equal(t, ended, one)
	for _, nobody := range []store.BroadcastFilter{{Limit: 5}, {CreatorIDs: []string{"nobody"}, Limit: 5}, {CreatorIDs: []string{creator}, Platform: chat.Kick, StreamID: "s1", Limit: 5}} {
		none, err := b.store.Broadcasts(t.Context(), nobody)
		require.NoError(t, err)
		require.Empty(t, none)
	}

	for want, f := range map[string]store.MessageFilter{
		"2 3 5 7 8 9": {Limit: 100}, "2 3 5": {Limit: 3}, "8 9": {Limit: 2, Newest: true}, "7 8": {Limit: 2, After: 5},
		"3 5": {Limit: 9, From: noon.Add(2 * time.Minute), To: noon.Add(5 * time.Minute)},
	} {
		messages, err := b.store.Messages(t.Context(), ended[0], f)
		require.NoError(t, err)
		require.Equal(t, want, said(messages))
	}

	latest, err := b.store.LatestMessages(t.Context(), []string{creator}, 10)
	require.NoError(t, err)
	require.Equal(t, "10 9 8 7 5 3 2 1", said(latest), "the newest messages are without it too")
}

func TestRecordedChatIsCountedBehindAPlace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := chatter(creator, b.epoch, 1, 6)
	lane.Events[1].Text, lane.Events[5].Text = "", ""
	b.commit(t, lane)
	counts, err := b.store.CountRecorded(t.Context(), map[string]int64{creator: 0, "nobody": 0}, 100)
	require.NoError(t, err)
	require.Len(t, counts, 1)
	require.Equal(t, lane.Events[4].SentAt.UTC(), counts[0].Last.UTC())
	counts[0].Last = time.Time{}
	require.Equal(t, store.RecordedChat{CreatorID: creator, Platform: chat.Twitch, Events: 6, Texts: 4, ToSeq: 6}, counts[0])
	counts, err = b.store.CountRecorded(t.Context(), map[string]int64{creator: 2}, 2)
	require.NoError(t, err)
	require.EqualValues(t, 4, counts[0].ToSeq)
	require.EqualValues(t, 2, counts[0].Texts)
	counts, err = b.store.CountRecorded(t.Context(), map[string]int64{creator: 6}, 2)
	require.NoError(t, err)
	require.Empty(t, counts)
}

func TestWhatModeratorsTookAwayIsNotShownAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := chatter(creator, b.epoch, 1, 8)
	for i := range lane.Events {
		lane.Events[i].SentAt = noon.Add(time.Duration(i) * time.Minute)
		lane.Events[i].Author.ID = []string{"ann", "bob"}[i%2]
	}
	measure := func(i int, kind chat.Kind, target string) {
		e := &lane.Events[i]
		e.Kind, e.Target, e.Text, e.Author = kind, target, "", chat.Author{}
	}
	measure(3, chat.Deletion, lane.Events[0].MessageID)
	measure(5, chat.Ban, "bob") // what bob writes later is shown: the ban is over then
	b.commit(t, lane)
	latest, err := b.store.LatestMessages(t.Context(), []string{creator}, 10)
	require.NoError(t, err)
	require.Equal(t, "8 7 5 3", said(latest))
}
