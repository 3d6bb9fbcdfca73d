package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestACommitWritesEverythingThatItsLaneDecided(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	require.NoError(t, b.store.PutInbox(ctx, creator, "stream_live", "live-1", map[string]string{"StreamID": "s1"}))
	inbox, err := b.store.PendingInbox(ctx, []string{creator})
	require.NoError(t, err)
	require.Len(t, inbox, 1)
	require.JSONEq(t, `{"StreamID":"s1"}`, string(inbox[0].Payload))

	lane := chatter(creator, b.epoch, 1, 3)
	key := lane.Events[2].Key()
	lane.Decisions = []store.Decision{
		{LaneSeq: 3, TriggerID: "clip", Key: key, Fired: true, Config: "c1", At: noon},
		{LaneSeq: 3, TriggerID: "ping", Key: key, Step: "cooldown", Detail: "3 s left", Config: "c1", At: noon},
	}
	lane.Cooldowns = []store.Cooldown{
		{TriggerID: "clip", Scope: "global", Until: noon.Add(time.Second), FiredAt: noon.Add(-time.Second)},
		{TriggerID: "clip", Scope: "global", Until: noon.Add(30 * time.Second), FiredAt: noon},
		{TriggerID: "clip", Scope: "user:twitch:1234567", Until: noon.Add(time.Minute), FiredAt: noon},
	}
	lane.Clips = []clip.Request{request(creator, "ab12cd")}
	lane.Asked = []store.ClipAsked{
		{ClipID: "ab12cd", UserKey: "twitch:1", Platform: chat.Twitch, Channel: "channel", MessageID: "m1", Name: "Ann", At: noon, LaneSeq: 1},
		{ClipID: "ab12cd", UserKey: "kick:1", Platform: chat.Kick, Channel: "other", MessageID: "m2", Name: "Bob", At: noon.Add(-time.Second), LaneSeq: 2},
	}
	lane.Outbox = []store.Outbox{
		{LaneSeq: 3, Kind: store.OutboxReply, DedupeKey: "reply:2", Platform: chat.Twitch, Channel: "channel", Payload: []byte(`{"Text":"two"}`), NotAfter: noon},
		{LaneSeq: 3, Kind: store.OutboxSignal, DedupeKey: "clip:ab12cd", Platform: chat.Twitch, Channel: "channel", Payload: []byte(`{}`), CreatedAt: noon},
		{LaneSeq: 3, Kind: store.OutboxReply, DedupeKey: "reply:1", Platform: chat.Twitch, Channel: "channel", Payload: []byte(`{"Text":"one"}`)},
	}
	lane.InboxDone = map[int64]int64{inbox[0].ID: 4}
	lane.NextSeq = 5
	gap := store.Gap{CreatorID: creator, Platform: chat.Twitch, Channel: "channel", Reason: "disconnected", From: noon.Add(-time.Minute), To: noon, Lost: 7}
	lane.Gaps = []store.Gap{gap}
	lane.Counters = map[chat.Platform]store.CounterDelta{
		chat.Twitch: {Messages: 3, Triggers: 2, Actions: 1, LastEventAt: noon},
		chat.Kick:   {ActionsFailed: 1},
	}
	result := b.commit(t, lane)

	st, err := b.store.LoadLane(ctx, creator)
	require.NoError(t, err)
	require.Equal(t, store.LaneState{
		CreatorID: creator, NextSeq: 5, Clock: lane.Clock, Cooldowns: lane.Cooldowns[1:], ClipsRequested: []time.Time{noon},
		ActiveClips: []string{"ab12cd"}, WaitingClips: []string{}, Moments: []store.Moment{{ClipID: "ab12cd", At: noon}}, Asked: lane.Asked, Live: st.Live, Recent: []chat.Key{lane.Events[2].Key(), lane.Events[1].Key(), lane.Events[0].Key()},
		LastEventAt: map[chat.Platform]time.Time{chat.Twitch: noon},
		Uses:        []store.Use{}, Votes: []store.Vote{}, Points: []store.Balance{}, Spends: []store.Spend{},
		ChatCounters: []store.ChatCounter{}, Overlays: []store.Overlay{},
	}, st)
	require.Empty(t, st.Live)

	decisions, err := b.store.Decisions(ctx, key)
	require.NoError(t, err)
	for i := range lane.Decisions {
		lane.Decisions[i].CreatorID = creator
	}
	require.Equal(t, lane.Decisions, decisions)
	signals, err := b.store.PendingOutbox(ctx, []string{creator}, store.OutboxSignal, 10)
	require.NoError(t, err)
	require.Len(t, signals, 1)
	require.Equal(t, noon, signals[0].CreatedAt)
	require.True(t, signals[0].NotAfter.IsZero())
	replies, err := b.store.PendingOutbox(ctx, []string{creator}, store.OutboxReply, 10)
	require.NoError(t, err)
	require.Equal(t, []string{"reply:2", "reply:1"}, []string{replies[0].DedupeKey, replies[1].DedupeKey})
	require.Equal(t, noon, replies[0].NotAfter)
	require.Equal(t, map[string][]int64{creator: {replies[0].ID, signals[0].ID, replies[1].ID}}, result.OutboxIDs)

	inbox, err = b.store.PendingInbox(ctx, []string{creator})
	require.NoError(t, err)
	require.Empty(t, inbox)
	gaps, err := b.store.Gaps(ctx, creator, noon.Add(-time.Hour))
	require.NoError(t, err)
	require.Equal(t, []store.Gap{gap}, gaps)
	counters, err := b.store.Counters(ctx)
	require.NoError(t, err)
	require.Equal(t, []store.Counter{
		{CreatorID: creator, Platform: chat.Kick, ActionsFailed: 1},
		{CreatorID: creator, Platform: chat.Twitch, Messages: 3, Triggers: 2, Actions: 1, LastEventAt: noon},
	}, counters)
	fired, err := b.store.AllCooldowns(ctx)
	require.NoError(t, err)
	require.Equal(t, map[string]map[string]time.Time{creator: {"clip": noon}}, fired)
}

func TestEveryColumnOfAMessageIsStoredAsItWasGiven(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := chatter(creator, b.epoch, 1, 1)
	e := &lane.Events[0]
	e.Text, e.ReplyTo, e.SharedFrom, e.Self = "grüße 👋 \u200b", "parent", "12345", true
	e.Kind, e.Amount, e.Unit, e.Target, e.History = chat.Paid, 1<<40, "bits", "u1", true
	e.SentAt = time.Date(2026, 1, 31, 23, 59, 59, 123456789, time.FixedZone("", -3600))
	b.commit(t, lane)

	conn := b.connect(t)
	var got store.Event
	var day string
	require.NoError(t, conn.QueryRow(t.Context(), `
		select day::text, platform, message_id, creator_id, lane_seq, channel, author_id, author_login, author_name, roles, text, reply_to,
			shared_from, self, sent_at, received_at, kind, amount, unit, target, history from streamsuites.chat_events`).Scan(
		&day, &got.Platform, &got.MessageID, &got.CreatorID, &got.LaneSeq, &got.Channel, &got.Author.ID, &got.Author.Login, &got.Author.Name,
		&got.Author.Roles, &got.Text, &got.ReplyTo, &got.SharedFrom, &got.Self, &got.SentAt, &got.ReceivedAt,
		&got.Kind, &got.Amount, &got.Unit, &got.Target, &got.History))
	require.Equal(t, "2026-02-01", day, "the day is that of the message's time in UTC")
	require.True(t, got.SentAt.Equal(time.Date(2026, 2, 1, 0, 59, 59, 123456000, time.UTC)), "instants are kept in microseconds")
	require.True(t, got.ReceivedAt.Equal(e.ReceivedAt))
	got.SentAt, got.ReceivedAt = e.SentAt, e.ReceivedAt
	require.Equal(t, *e, got)
}

func TestTimesThatPostgresCannotHoldAreMovedToTheNearestThatItCan(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := chatter(creator, b.epoch, 1, 4)
	lane.Events[0].SentAt = time.Time{}
	lane.Events[1].SentAt = time.Date(-20000, 5, 5, 0, 0, 0, 0, time.UTC)
	lane.Events[2].SentAt = time.Date(400000, 1, 1, 0, 0, 0, 0, time.UTC)
	lane.Events[3].SentAt = time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC)
	b.commit(t, lane)

	rows, err := b.connect(t).Query(t.Context(), `select day::text from streamsuites.chat_events order by lane_seq`)
	require.NoError(t, err)
	days, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, []string{"0001-01-01", "0001-01-01", "9999-12-31", "1969-12-31"}, days)

	again := chatter(creator, b.epoch, 1, 4)
	for i := range again.Events {
		again.Events[i].SentAt = lane.Events[i].SentAt
	}
	var conflict *store.ConflictError
	_, err = b.committer.Commit(t.Context(), []store.LaneCommit{again})
	require.ErrorAs(t, err, &conflict, "the same message falls on the same day every time")
	require.Len(t, conflict.Messages, 4)
}

func TestOnlyPlainChatIsCommittedWithoutWaitingForTheDisk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	// A deferred trigger sees the setting with which its transaction commits.
	_, err := b.connect(t).Exec(ctx, `
		create table streamsuites.seen (setting text);
		create function streamsuites.note() returns trigger language plpgsql as $$
			begin insert into streamsuites.seen values (current_setting('synchronous_commit')); return null; end $$;
		create trigger note after insert or update on streamsuites.lanes for each row execute function streamsuites.note()`)
	require.NoError(t, err)

	b.commit(t, chatter(creator, b.epoch, 1, 2))
	decided := chatter(creator, b.epoch, 3, 2)
	decided.Decisions = []store.Decision{{LaneSeq: 3, TriggerID: "ping", Key: decided.Events[0].Key(), At: noon}}
	b.commit(t, decided)

	rows, err := b.connect(t).Query(ctx, `select setting from streamsuites.seen`)
	require.NoError(t, err)
	settings, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, []string{"off", "on"}, settings)
}

func TestACommitterSurvivesTheEndOfItsBackend(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.commit(t, chatter(creator, b.epoch, 1, 10))
	_, err := b.connect(t).Exec(t.Context(), `
		select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
	require.NoError(t, err)
	b.commit(t, chatter(creator, b.epoch, 11, 10))
	s, err := store.Open(t.Context(), b.url)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	st, err := s.LoadLane(t.Context(), creator)
	require.NoError(t, err)
	require.Len(t, st.Recent, 20)
}

func TestACommitterGoesOnAfterACommitWasCancelled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.committer.Commit(ctx, []store.LaneCommit{chatter(creator, b.epoch, 1, 10)})
	require.ErrorIs(t, err, context.Canceled)
	b.commit(t, chatter(creator, b.epoch, 1, 10))
}

func TestALaneIsWrittenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clip(t, "ab12cd")
	lane := chatter(creator, b.epoch, 2, 5)
	lane.Clips = []clip.Request{request(creator, "ab12cd")}
	_, err := b.committer.Commit(t.Context(), []store.LaneCommit{lane})
	require.Error(t, err)
	st, err := b.store.LoadLane(t.Context(), creator)
	require.NoError(t, err)
	require.Empty(t, st.Recent)
	require.Equal(t, int64(2), st.NextSeq)
}

func TestALaneThatGoesBackwardsIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.commit(t, chatter(creator, b.epoch, 1, 10))
	_, err := b.committer.Commit(t.Context(), []store.LaneCommit{{CreatorID: creator, Epoch: b.epoch, NextSeq: 5, Clock: noon}})
	var backwards *store.SequenceError
	require.ErrorAs(t, err, &backwards)
	require.Equal(t, []string{creator}, backwards.CreatorIDs)
}

func TestALaneThatDoesNotStandWhereItWasLeftIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := chatter(creator, b.epoch, 1, 10)
	first.After = 1
	b.commit(t, first)
	for _, after := range []int64{1, first.NextSeq - 1, first.NextSeq + 1} {
		lane := chatter(creator, b.epoch, int(first.NextSeq), 1)
		lane.After = after
		_, err := b.committer.Commit(t.Context(), []store.LaneCommit{lane})
		var moved *store.SequenceError
		require.ErrorAs(t, err, &moved, "after %d", after)
		require.Equal(t, []string{creator}, moved.CreatorIDs)
	}
	lane := chatter(creator, b.epoch, int(first.NextSeq), 1)
	lane.After = first.NextSeq
	b.commit(t, lane)
}

func TestOneLaneCannotBeGivenTwiceInOneCommit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := chatter(creator, b.epoch, 1, 1)
	_, err := b.committer.Commit(t.Context(), []store.LaneCommit{lane, lane})
	require.ErrorContains(t, err, creator)
}

func TestACommitOfNothingDoesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	result, err := b.committer.Commit(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, store.CommitResult{}, result)
}

func TestABadRowIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*store.LaneCommit)
		field string
		key   bool
	}{
		"invalid UTF-8 in a message's text":      {func(l *store.LaneCommit) { l.Events[1].Text = "a\xffb" }, "text is not valid UTF-8", true},
		"a NUL in an author's name":              {func(l *store.LaneCommit) { l.Events[1].Author.Name = "a\x00b" }, "author name holds a NUL", true},
		"an id longer than an index entry":       {func(l *store.LaneCommit) { l.Events[1].MessageID = unrepetitive(5000) }, "message id has", true},
		"an escaped NUL in a payload":            {func(l *store.LaneCommit) { l.Outbox[0].Payload = []byte(`{"Text":"\u0000"}`) }, "outbox payload holds", false},
		"invalid UTF-8 in a clip's source title": {func(l *store.LaneCommit) { l.Clips[0].SourceTitle = "\xc3" }, "clip source title", false},
		"a NUL in the detail of a decision":      {func(l *store.LaneCommit) { l.Decisions[0].Detail = "\x00" }, "decision detail", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			lane := chatter(creator, b.epoch, 1, 3)
			lane.Decisions = []store.Decision{{LaneSeq: 2, TriggerID: "ping", Key: lane.Events[1].Key(), At: noon}}
			lane.Outbox = []store.Outbox{{Kind: store.OutboxReply, DedupeKey: "k", Payload: []byte(`{}`)}}
			lane.Clips = []clip.Request{request(creator, "ab12cd")}
			c.spoil(&lane)
			_, err := b.committer.Commit(t.Context(), []store.LaneCommit{lane})
			var bad *store.BadRowError
			require.ErrorAs(t, err, &bad)
			require.Contains(t, bad.Field, c.field)
			require.Equal(t, creator, bad.CreatorID)
			if c.key {
				require.Equal(t, lane.Events[1].Key(), bad.Key)
			}
			b.commit(t, chatter(creator, b.epoch, 1, 3))
		})
	}
}

func TestAConflictNamesWhatExistsAlready(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	require.NoError(t, b.store.PutInbox(ctx, creator, "config", "config-1", nil))
	inbox, err := b.store.PendingInbox(ctx, []string{creator})
	require.NoError(t, err)
	first := chatter(creator, b.epoch, 1, 3)
	first.Clips = []clip.Request{request(creator, "ab12cd")}
	first.Outbox = []store.Outbox{{Kind: store.OutboxReply, DedupeKey: "reply:1", Payload: []byte(`{}`)}}
	first.InboxDone = map[int64]int64{inbox[0].ID: 4}
	first.NextSeq = 5
	b.commit(t, first)

	for name, c := range map[string]struct {
		change func(*store.LaneCommit)
		want   store.ConflictError
	}{
		"messages": {
			func(l *store.LaneCommit) { l.Events = append(l.Events, first.Events[2], first.Events[0]) },
			store.ConflictError{Messages: []chat.Key{first.Events[0].Key(), first.Events[2].Key()}},
		},
		"a message that is given twice": {
			func(l *store.LaneCommit) { l.Events = append(l.Events, l.Events[0]) },
			store.ConflictError{Repeated: []chat.Key{{Platform: chat.Twitch, MessageID: message(creator, 100).MessageID}}},
		},
		"clips":        {func(l *store.LaneCommit) { l.Clips = first.Clips }, store.ConflictError{ClipIDs: []string{"ab12cd"}}},
		"outbox rows":  {func(l *store.LaneCommit) { l.Outbox = first.Outbox }, store.ConflictError{OutboxKeys: []string{"reply:1"}}},
		"inbox inputs": {func(l *store.LaneCommit) { l.InboxDone = first.InboxDone }, store.ConflictError{InboxIDs: []int64{inbox[0].ID}}},
	} {
		lane := chatter(creator, b.epoch, 100, 2)
		c.change(&lane)
		_, err := b.committer.Commit(ctx, []store.LaneCommit{lane})
		var conflict *store.ConflictError
		require.ErrorAs(t, err, &conflict, name)
		require.Error(t, errors.Unwrap(conflict), name)
		require.ElementsMatch(t, c.want.Messages, conflict.Messages, name)
		require.ElementsMatch(t, c.want.Repeated, conflict.Repeated, name)
		require.ElementsMatch(t, c.want.ClipIDs, conflict.ClipIDs, name)
		require.ElementsMatch(t, c.want.OutboxKeys, conflict.OutboxKeys, name)
		require.ElementsMatch(t, c.want.InboxIDs, conflict.InboxIDs, name)
	}
	b.commit(t, chatter(creator, b.epoch, 100, 2))
}

func TestAnInboxInputOfAnotherCreatorIsNotConsumed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	require.NoError(t, b.store.PutInbox(ctx, "somebody else", "config", "config-1", nil))
	inbox, err := b.store.PendingInbox(ctx, []string{"somebody else"})
	require.NoError(t, err)
	_, err = b.committer.Commit(ctx, []store.LaneCommit{
		{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon, InboxDone: map[int64]int64{inbox[0].ID: 1}},
	})
	var conflict *store.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, []int64{inbox[0].ID}, conflict.InboxIDs)
}
