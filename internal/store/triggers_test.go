package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	ann = "twitch:1"
	bob = "twitch:2"
)

func raw(document string) json.RawMessage { return json.RawMessage(document) }

func yes() *bool { b := true; return &b }

// busy is a commit in which everything about triggers changes, much of it twice.
func busy(epoch int64) store.LaneCommit {
	lane := chatter(creator, epoch, 1, 3)
	lane.Clips = []clip.Request{request(creator, "ab12cd"), request(creator, "ef34gh")}
	lane.Uses = []store.Use{
		{TriggerID: "so", Total: 1, StreamRef: "twitch:s1", StreamTotal: 1, LaneSeq: 1},
		{TriggerID: "so", UserKey: ann, Total: 1, StreamRef: "twitch:s1", StreamTotal: 1, LaneSeq: 1},
		{TriggerID: "so", Total: 2, StreamRef: "twitch:s1", StreamTotal: 2, LaneSeq: 2},
		{TriggerID: "hi", Total: 9, LaneSeq: 3},
	}
	lane.Votes = []store.Vote{
		{TriggerID: "hype", UserKey: ann, At: noon},
		{TriggerID: "hype", UserKey: bob, At: noon},
		{TriggerID: "hype", Clear: true},
		{TriggerID: "hype", UserKey: bob, At: noon.Add(time.Second)},
		{TriggerID: "wow", UserKey: ann, At: noon},
		{TriggerID: "wow", UserKey: bob, At: noon},
		{TriggerID: "wow", UserKey: ann, Clear: true},
	}
	lane.Points = []store.PointChange{
		{LaneSeq: 1, UserKey: ann, Delta: -10, Balance: 90, Reason: "spent", TriggerID: "clip", ClipID: "ab12cd", At: noon},
		{LaneSeq: 2, UserKey: bob, Delta: 5, Balance: 105, Reason: "granted", At: noon},
		{LaneSeq: 3, UserKey: ann, Delta: -20, Balance: 70, Reason: "spent", TriggerID: "clip", ClipID: "ef34gh", At: noon},
	}
	lane.ChatCounters = []store.CounterChange{
		{ChatCounter: store.ChatCounter{Name: "deaths", Value: 1}, LaneSeq: 1, By: ann, At: noon},
		{ChatCounter: store.ChatCounter{Name: "deaths", Value: 2}, LaneSeq: 2, By: "operator:kim", At: noon.Add(time.Second)},
	}
	lane.Overlays = []store.OverlayChange{
		{Overlay: store.Overlay{TriggerID: "cmd:a", Patch: raw(`{"command": "a"}`), By: ann, At: noon, LaneSeq: 1}},
		{Overlay: store.Overlay{TriggerID: "cmd:b", Patch: raw(`{}`), By: ann, At: noon, LaneSeq: 1}},
		{Overlay: store.Overlay{TriggerID: "cmd:b"}, Drop: true},
		{Overlay: store.Overlay{TriggerID: "so", By: "operator:kim", At: noon, LaneSeq: 2}},
	}
	lane.Changes = []store.TriggerChange{
		{LaneSeq: 1, Subject: "cmd:a", Action: "add", By: ann, Name: "Ann", At: noon, After: raw(`{"command": "a"}`)},
		{LaneSeq: 2, Subject: "so", Action: "remove", By: "operator:kim", Name: "kim", At: noon, Before: raw(`{"command": "so"}`)},
	}
	lane.Taken = []store.Taken{{Kind: control.InboxConfig, DedupeKey: "config:x:1:start-1", Payload: raw(`{"Prefix": "?"}`), At: noon, LaneSeq: 1}}
	lane.ClipsOver = map[string]int64{"ef34gh": 3}
	lane.Paused = yes()
	lane.Config = &store.Config{Hash: "c1", Settings: raw(`{"Prefix": "?"}`)}
	lane.Live = &store.Live{Streams: []control.Stream{stream("s1", noon)}, Ref: "twitch:s1"}
	return lane
}

func TestALaneGoesOnWithWhatItsTriggersCountedSpentAndChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := busy(b.epoch)
	b.commit(t, lane)
	st, err := b.store.LoadLane(t.Context(), creator)
	require.NoError(t, err)
	require.Equal(t, []store.Use{lane.Uses[1], lane.Uses[2], lane.Uses[3]}, st.Uses, "least recent first")
	require.Equal(t, []store.Vote{lane.Votes[5], lane.Votes[3]}, st.Votes)
	require.Equal(t, []store.Balance{{UserKey: ann, Points: 70}, {UserKey: bob, Points: 105}}, st.Points)
	require.Equal(t, []store.Spend{{ClipID: "ab12cd", UserKey: ann, TriggerID: "clip", Points: 10}}, st.Spends, "of the clip that is not over")
	require.Equal(t, []string{"ab12cd"}, st.ActiveClips)
	require.Equal(t, []store.ChatCounter{{Name: "deaths", Value: 2}}, st.ChatCounters)
	require.Equal(t, []store.Overlay{lane.Overlays[0].Overlay, lane.Overlays[3].Overlay}, st.Overlays)
	require.True(t, st.Paused)
	require.Equal(t, lane.Config, st.Config)
	require.Equal(t, lane.Live.Streams, st.Live)
	require.Equal(t, "twitch:s1", st.StreamRef)
	inbox, err := b.store.PendingInbox(t.Context(), []string{creator})
	require.NoError(t, err)
	require.Empty(t, inbox, "what the lane took in by itself is consumed")

	// What a later commit does not mention stays.
	later := chatter(creator, b.epoch, 4, 1)
	b.commit(t, later)
	after, err := b.store.LoadLane(t.Context(), creator)
	require.NoError(t, err)
	after.NextSeq, after.Clock, after.Recent = st.NextSeq, st.Clock, st.Recent
	require.Equal(t, st, after)

	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 6, Clock: noon, ClipsWaiting: map[string]int64{"ab12cd": 5}})
	after, err = b.store.LoadLane(t.Context(), creator)
	require.NoError(t, err)
	require.Equal(t, []string{"ab12cd"}, after.WaitingClips)
	require.Equal(t, []string{"ab12cd"}, after.ActiveClips)

	no := false
	ended := store.LaneCommit{
		CreatorID: creator, Epoch: b.epoch, NextSeq: 7, Clock: noon, Paused: &no, Live: &store.Live{Ref: "twitch:s1"},
		ClipsOver: map[string]int64{"ab12cd": 6}, Config: &store.Config{Hash: "c1", Settings: raw(`{"Prefix": "?"}`)},
	}
	b.commit(t, ended)
	after, err = b.store.LoadLane(t.Context(), creator)
	require.NoError(t, err)
	require.False(t, after.Paused)
	require.Empty(t, after.Live)
	require.Equal(t, "twitch:s1", after.StreamRef)
	require.Empty(t, after.Spends)
	require.Empty(t, after.ActiveClips)
	require.Empty(t, after.WaitingClips)
}

func TestOthersReadWhatLanesChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := busy(b.epoch)
	lane.Decisions = []store.Decision{
		{LaneSeq: 1, TriggerID: "so", Key: lane.Events[0].Key(), Fired: true, Config: "c1", At: noon, Author: ann},
		{LaneSeq: 2, TriggerID: "clip", Key: chat.Key{Platform: "operator", MessageID: lane.Events[0].MessageID}, Fired: true, Config: "c1", At: noon},
	}
	b.commit(t, lane)
	ctx := t.Context()
	overlays, err := b.store.TriggerOverlays(ctx, creator)
	require.NoError(t, err)
	require.Len(t, overlays, 2)
	changes, err := b.store.TriggerChanges(ctx, creator, 1)
	require.NoError(t, err)
	require.Equal(t, lane.Changes[1:], changes)
	counters, err := b.store.ChatCounters(ctx, creator)
	require.NoError(t, err)
	require.Equal(t, []store.ChatCounter{{Name: "deaths", Value: 2}}, counters)
	settings, err := b.store.Settings(ctx, creator, "c1")
	require.NoError(t, err)
	require.JSONEq(t, `{"Prefix": "?"}`, string(settings))
	_, err = b.store.Settings(ctx, creator, "c2")
	require.ErrorIs(t, err, store.ErrNotFound)
	inForce, err := b.store.LanesInForce(ctx, []string{creator, "nobody"})
	require.NoError(t, err)
	require.Equal(t, map[string]store.LaneInForce{creator: {Config: "c1", NextSeq: lane.NextSeq}}, inForce)
	for id, want := range map[string]bool{creator: true, "nobody": false} {
		paused, err := b.store.CommandsPaused(ctx, id)
		require.NoError(t, err)
		require.Equal(t, want, paused)
	}
	decisions, err := b.store.DecisionsOf(ctx, lane.Events[0].MessageID)
	require.NoError(t, err)
	for i := range lane.Decisions {
		lane.Decisions[i].CreatorID = creator
	}
	require.Equal(t, lane.Decisions, decisions)
}

func TestAMessageIsFoundByItsKeyWhateverItsDay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.store.EnsurePartitions(t.Context(), noon))
	lane := chatter(creator, b.epoch, 1, 2)
	lane.Events[1].SentAt = noon.AddDate(-3, 0, 0)
	lane.Events[0].Kind, lane.Events[0].Amount, lane.Events[0].Unit = chat.Paid, 100, "bits"
	b.commit(t, lane)
	for i := range lane.Events {
		got, err := b.store.Message(t.Context(), lane.Events[i].Key())
		require.NoError(t, err)
		require.Equal(t, lane.Events[i], got)
	}
	_, err := b.store.Message(t.Context(), chat.Key{Platform: chat.Kick, MessageID: lane.Events[0].MessageID})
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestTextsThatAreNotRecordedLeaveTheIDs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := chatter(creator, b.epoch, 1, 1)
	lane.HideTexts = true
	b.commit(t, lane)
	got, err := b.store.Message(t.Context(), lane.Events[0].Key())
	require.NoError(t, err)
	want := lane.Events[0]
	want.Text, want.Author.Login, want.Author.Name = "", "", ""
	require.Equal(t, want, got)
	require.NotEmpty(t, lane.Events[0].Text, "the lane keeps what it holds")
}

func TestAnOutdatedHolderChangesNothingAboutTriggers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.store.ClaimCreators(t.Context(), "host-b", []string{creator})
	require.NoError(t, err)
	result, err := b.committer.Commit(t.Context(), []store.LaneCommit{busy(b.epoch)})
	require.NoError(t, err)
	require.Equal(t, []string{creator}, result.Stale)
	conn := b.connect(t)
	for _, table := range []string{"configs", "trigger_uses", "threshold_votes", "chat_counters", "counter_changes", "points", "point_changes",
		"trigger_overlays", "trigger_changes", "inbox", "lanes", "clips"} {
		var n int
		require.NoError(t, conn.QueryRow(t.Context(), `select count(*) from streamsuites.`+table).Scan(&n))
		require.Zero(t, n, table)
	}
	require.ErrorIs(t, b.store.PutConfig(t.Context(), creator, b.epoch, "1", raw(`{}`)), store.ErrStaleEpoch)
	require.NoError(t, b.store.PutConfig(t.Context(), creator, b.epoch+1, "1", raw(`{}`)))
}

func TestTextAboutTriggersThatCannotBeStoredIsNamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, bad := range []string{"a\x00b", "a\xffb", strings.Repeat(unrepetitive(2000), 2)} {
		document := raw(`{"x": "\u0000"}`)
		for name, spoil := range map[string]func(*store.LaneCommit) (indexed bool){
			"decision trigger": func(l *store.LaneCommit) bool {
				l.Decisions = []store.Decision{{TriggerID: bad, At: noon}}
				return true
			},
			"decision author": func(l *store.LaneCommit) bool {
				l.Decisions = []store.Decision{{TriggerID: "x", Author: bad, At: noon}}
				return false
			},
			"use of trigger": func(l *store.LaneCommit) bool { l.Uses[0].TriggerID = bad; return true },
			"user of a vote": func(l *store.LaneCommit) bool { l.Votes[5].UserKey = bad; return true },
			"holder of":      func(l *store.LaneCommit) bool { l.Points[0].UserKey = bad; return true },
			"counter":        func(l *store.LaneCommit) bool { l.ChatCounters[1].Name = bad; return true },
			"trigger of an":  func(l *store.LaneCommit) bool { l.Overlays[0].TriggerID = bad; return true },
			"author of an":   func(l *store.LaneCommit) bool { l.Overlays[0].By = bad; return false },
			"name in a":      func(l *store.LaneCommit) bool { l.Changes[0].Name = bad; return false },
			"what is after":  func(l *store.LaneCommit) bool { l.Changes[0].After = document; return true },
			"overlay":        func(l *store.LaneCommit) bool { l.Overlays[0].Patch = document; return true },
			"input":          func(l *store.LaneCommit) bool { l.Taken[0].Payload = document; return true },
			"configuration":  func(l *store.LaneCommit) bool { l.Config.Settings = document; return true },
			"live title": func(l *store.LaneCommit) bool {
				l.Live.Streams[0].Title = "a\x00b"
				return true
			},
			"unit": func(l *store.LaneCommit) bool { l.Events[0].Unit = bad; return false },
		} {
			lane := busy(b.epoch)
			if indexed := spoil(&lane); !indexed && len(bad) > 1000 {
				continue // Postgres takes long text where there is no index
			}
			_, err := b.committer.Commit(t.Context(), []store.LaneCommit{lane})
			var row *store.BadRowError
			require.ErrorAs(t, err, &row, name)
			require.Equal(t, creator, row.CreatorID, name)
			require.Contains(t, row.Field, name)
			require.NotContains(t, row.Error(), bad)
		}
	}
	b.commit(t, busy(b.epoch)) // nothing of all that is left
}

func TestAnInputOfALaneThatIsWrittenAlreadyIsNamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.commit(t, busy(b.epoch))
	again := store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 9, Clock: noon, Taken: busy(b.epoch).Taken}
	_, err := b.committer.Commit(t.Context(), []store.LaneCommit{again})
	var conflict *store.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, []string{again.Taken[0].DedupeKey}, conflict.TakenKeys)
}

func TestALaneLoadsTheMostRecentUsesOfAuthorsAndAllOfEverybody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.commit(t, chatter(creator, b.epoch, 1, 1))
	_, err := b.connect(t).Exec(context.Background(), `
		insert into streamsuites.trigger_uses (creator_id, trigger_id, user_key, total, last_seq)
		select $1, 't', 'twitch:' || n, 1, n from generate_series(1, 100010) n
		union all select $1, 't' || n, '', 5, 0 from generate_series(1, 20) n`, creator)
	require.NoError(t, err)
	st, err := b.store.LoadLane(t.Context(), creator)
	require.NoError(t, err)
	require.Len(t, st.Uses, 100_020)
	require.Empty(t, st.Uses[19].UserKey)
	require.Equal(t, "twitch:11", st.Uses[20].UserKey)
	require.Equal(t, "twitch:100010", st.Uses[len(st.Uses)-1].UserKey)
}

func TestOrdersOfOperatorsAreLeftOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	order := control.TriggerOrder{RequestID: "r1", Text: "add !discord hi", By: "kim"}
	grant := control.PointGrant{UserKey: ann, Delta: 5, By: "kim"}
	for range 2 {
		require.NoError(t, b.store.PutTriggerOrder(ctx, creator, order))
		require.NoError(t, b.store.PutPointGrant(ctx, creator, "r1", grant))
		require.NoError(t, b.store.PutConfig(ctx, creator, b.epoch, "r1", raw(`{"Prefix": "?"}`)))
	}
	inbox, err := b.store.PendingInbox(ctx, []string{creator})
	require.NoError(t, err)
	require.Len(t, inbox, 3)
	require.Equal(t, control.InboxTriggerOrder, inbox[0].Kind)
	_, done, err := b.store.InboxDone(ctx, creator, control.InboxTriggerOrder, "r1")
	require.NoError(t, err)
	require.False(t, done)
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon, InboxDone: map[int64]int64{inbox[0].ID: 1}})
	seq, done, err := b.store.InboxDone(ctx, creator, control.InboxTriggerOrder, "r1")
	require.NoError(t, err)
	require.True(t, done)
	require.EqualValues(t, 1, seq)
	_, _, err = b.store.InboxDone(ctx, creator, control.InboxTriggerOrder, "r2")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestADeletionOfAFormerHolderIsDoneAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := chatter(creator, b.epoch, 1, 1)
	lane.Outbox = []store.Outbox{{LaneSeq: 1, Kind: store.OutboxDelete, DedupeKey: "delete:1", Platform: chat.Twitch, Channel: "channel", Payload: raw(`{"MessageID": "m"}`)}}
	id := b.commit(t, lane).OutboxIDs[creator][0]
	for attempt := range 3 {
		mine, err := b.store.ClaimOutbox(t.Context(), id, creator, b.epoch, "host-a")
		require.NoError(t, err)
		require.True(t, mine, fmt.Sprint("attempt ", attempt))
		if attempt == 0 {
			require.NoError(t, b.store.FinishOutbox(t.Context(), id, store.OutboxPending, "busy"))
			continue
		}
		unknown, err := b.store.RecoverOutbox(t.Context(), map[string]int64{creator: b.epoch})
		require.NoError(t, err)
		require.Zero(t, unknown)
	}
	rows, err := b.store.PendingOutbox(t.Context(), []string{creator}, store.OutboxDelete, 10)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.NoError(t, b.store.FinishOutbox(t.Context(), id, store.OutboxSent, ""))
}
