package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// counted commits changes of counters, each given as a name, a value and a minute.
func (b *bench) counted(t *testing.T, seq int64, changes ...store.CounterChange) {
	t.Helper()
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: seq, Clock: noon, ChatCounters: changes})
}

func toMinute(name string, value int64, minute int) store.CounterChange {
	return store.CounterChange{ChatCounter: store.ChatCounter{Name: name, Value: value}, By: ann, At: noon.Add(time.Duration(minute) * time.Minute)}
}

// standing are the counters of all creators at a minute, or now for a negative one.
func (b *bench) standing(t *testing.T, minute int) (list []string) {
	t.Helper()
	var at time.Time
	if minute >= 0 {
		at = noon.Add(time.Duration(minute) * time.Minute)
	}
	counters, err := b.store.AllChatCounters(t.Context(), at)
	require.NoError(t, err)
	for _, c := range counters {
		list = append(list, fmt.Sprintf("%s %s=%d %s", c.CreatorID, c.Name, c.Value, c.UpdatedAt.UTC().Format("15:04")))
	}
	return list
}

func TestCountersAreToldAsTheyStoodAtAnyMoment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.counted(t, 2, toMinute("deaths", 1, 1), toMinute("wins", 5, 1), toMinute("deaths", 2, 2))
	b.counted(t, 3, toMinute("deaths", 0, 4))
	one := func(what string) string { return creator + " " + what }
	for minute, want := range map[int][]string{
		0:  nil,
		1:  {one("deaths=1 12:01"), one("wins=5 12:01")},
		3:  {one("deaths=2 12:02"), one("wins=5 12:01")},
		9:  {one("deaths=0 12:04"), one("wins=5 12:01")},
		-1: {one("deaths=0 12:04"), one("wins=5 12:01")},
	} {
		require.Equal(t, want, b.standing(t, minute), minute)
	}
	rows, _ := b.connect(t).Query(t.Context(), `
		select concat_ws('|', name, value, coalesce(was::text, 'new'), lane_seq, changed_by) from streamsuites.counter_changes order by id`)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, []string{"deaths|1|new|0|" + ann, "wins|5|new|0|" + ann, "deaths|2|1|0|" + ann, "deaths|0|2|0|" + ann}, lines)
	since, err := b.store.CountersKnownSince(t.Context())
	require.NoError(t, err)
	require.Zero(t, since, "nothing is missing")
	first, err := b.store.FirstRecord(t.Context())
	require.NoError(t, err)
	require.Equal(t, noon.Add(time.Minute).UTC(), first.UTC())
}

func TestOldChangesOfCountersAreForgottenButTheLastOfEach(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.counted(t, 2, toMinute("deaths", 1, 1), toMinute("wins", 5, 1), toMinute("deaths", 2, 2), toMinute("deaths", 3, 3), toMinute("deaths", 4, 6))
	after := b.standing(t, 5)
	pruned, err := b.store.PruneCounters(t.Context(), noon.Add(5*time.Minute))
	require.NoError(t, err)
	require.Equal(t, int64(2), pruned)
	require.Equal(t, after, b.standing(t, 5))
	require.Equal(t, []string{creator + " deaths=4 12:06", creator + " wins=5 12:01"}, b.standing(t, -1))
	since, err := b.store.CountersKnownSince(t.Context())
	require.NoError(t, err)
	require.Equal(t, noon.Add(3*time.Minute).UTC(), since.UTC())
}

func TestWhatWasSaidBeforeAChatWasClearedIsNotShownAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := chatter(creator, b.epoch, 1, 8)
	for i := range lane.Events {
		lane.Events[i].SentAt = noon.Add(time.Duration(i) * time.Minute)
	}
	clear := func(i int, channel string) {
		e := &lane.Events[i]
		e.Kind, e.Text, e.Author, e.Channel = chat.Clear, "", chat.Author{}, channel
	}
	lane.Events[1].Channel = "elsewhere"
	clear(4, lane.Events[0].Channel)
	clear(7, "a third")
	b.commit(t, lane)
	latest, err := b.store.LatestMessages(t.Context(), []string{creator}, 10)
	require.NoError(t, err)
	require.Equal(t, "7 6 2", said(latest), "another channel's are shown")
	broadcast := store.Broadcast{CreatorID: creator, Platform: chat.Twitch, StreamID: "s1", StartedAt: noon, EndedAt: noon.Add(time.Hour)}
	messages, err := b.store.Messages(t.Context(), broadcast, store.MessageFilter{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, "2 6 7", said(messages))
}
