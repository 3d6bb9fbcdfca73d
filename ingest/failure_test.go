package ingest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestASlowDatabaseDoesNotHoldUpTheReaderAndLossesAreRecorded(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)}, func(c *HostConfig) { c.LaneBytes = 256 << 10 })
	r.hold()
	stuck, free := make(chan struct{}, 1), make(chan struct{})
	r.db.hook(func([]store.LaneCommit) error { token(stuck); <-free; return nil }, nil)
	r.account.Message(say(mira, "first", "hello"))
	<-stuck // from here on nothing is committed

	const n = 20_000
	for i := range n { // returns, although nothing drains
		r.account.Message(say(mira, id("m", i), "hello"))
		require.LessOrEqual(t, r.host.Stats().QueueBytes, int64(256<<10))
	}
	r.db.hook(nil, nil)
	close(free)
	soon(t, "drained", func() bool { return r.host.Stats().QueueBytes == 0 })
	r.account.Message(say(mira, "last", "hello")) // ends the gap
	soon(t, "everything accounted for", func() bool {
		return r.count(`select count(*) from chat_events`)+r.count(`select coalesce(sum(lost), 0) from gaps`) == n+2
	})
	gaps, err := r.rows.Gaps(t.Context(), mira, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	require.Len(t, gaps, 1, "one stretch is one gap")
	require.Equal(t, ReasonOverflow, gaps[0].Reason)
	require.EqualValues(t, gaps[0].Lost, r.host.Stats().Lost)
}

func TestAllLanesTogetherAreBoundedToo(t *testing.T) {
	t.Parallel()
	var host memory
	host.limit = 10_000
	a, b := newQueue(8_000, &host), newQueue(8_000, &host)
	e := say(mira, "m", "hello")
	for _, q := range []*queue{a, b} {
		for range 100 {
			q.offer(&e)
		}
	}
	require.LessOrEqual(t, host.used.Load(), int64(10_000))
	require.Greater(t, a.bytes, b.bytes)
	a.abandon()
	b.abandon()
	a.release(100)
	require.Zero(t, host.used.Load())
}

func TestAnOvertakenHolderCommitsNothingAndSendsNothing(t *testing.T) {
	t.Parallel()
	one := newRig(t, []Creator{creator(mira)})
	one.live(mira)
	one.hold()
	held, free := make(chan struct{}, 1), make(chan struct{})
	one.db.hook(func([]store.LaneCommit) error { token(held); <-free; return nil }, nil)
	one.account.Message(say(mira, "m1", "!clip"))
	<-held // the first holder is stopped in front of its commit

	two := one.beside()
	two.hold()
	close(free)
	<-one.shards[control.ShardOf(mira)].done
	require.ErrorIs(t, one.shards[control.ShardOf(mira)].err, ErrOvertaken)
	require.Zero(t, one.count(`select count(*) from chat_events`))
	require.Zero(t, one.count(`select count(*) from clips`))
	require.Empty(t, one.chat.all())
	require.Empty(t, one.chat.joined, "it leaves the channel")

	two.account.Message(say(mira, "m1", "!clip"))
	soon(t, "the second holder's answer", func() bool { return len(two.chat.all()) == 1 })
	require.Equal(t, "live", func() string { s, _ := two.rows.PlatformStatuses(t.Context()); return string(s[0].State) }())
}

func TestAReplyIsSentAtMostOnceOverACrash(t *testing.T) {
	t.Parallel()
	one := newRig(t, []Creator{creator(mira)})
	one.hold()
	sending := make(chan struct{}, 1)
	one.chat.send = func(ctx context.Context, _ said) error {
		sending <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	one.account.Message(say(mira, "m1", "!ping"))
	<-sending
	one.crash()

	two := one.beside()
	two.hold()
	require.Equal(t, 1, two.count(`select count(*) from outbox where kind = 'reply' and state = 'unknown'`))
	two.account.Message(say(mira, "m2", "!ping"))
	soon(t, "the next answer", func() bool { return len(two.chat.all()) == 1 })
	require.Equal(t, "m2", two.chat.all()[0].replyTo)
}

func TestRepliesThatAreNotSentSayWhy(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	fail := func(err error) func(context.Context, said) error {
		return func(context.Context, said) error { return err }
	}
	r.chat.send = fail(&UnsentError{Err: errAway})
	r.account.Message(say(mira, "m1", "!ping"))
	soon(t, "failed", func() bool { return r.count(`select count(*) from outbox where state = 'failed'`) == 1 })
	r.chat.mu.Lock()
	r.chat.send = fail(errAway)
	r.chat.mu.Unlock()
	r.account.Message(say(mira, "m2", "!ping"))
	soon(t, "unknown", func() bool { return r.count(`select count(*) from outbox where state = 'unknown'`) == 1 })
	late := say(mira, "m3", "!ping")
	late.SentAt = late.ReceivedAt.Add(-50 * time.Second)
	late.ReceivedAt = late.ReceivedAt.Add(-40 * time.Second)
	r.account.Message(late)
	soon(t, "dropped", func() bool { return r.count(`select count(*) from outbox where state = 'dropped'`) == 1 })
	require.Len(t, r.chat.all(), 2)
	soon(t, "counted", func() bool { return r.count(`select coalesce(sum(actions_failed), 0) from counters`) == 3 })
	require.EqualValues(t, 3, r.host.Stats().RepliesFailed)
}

func TestASignalIsRepeatedUntilItArrives(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	failures := 2
	r.sessions.fail = func() error {
		if failures--; failures >= 0 {
			return errAway
		}
		return nil
	}
	r.live(mira)
	r.hold()
	soon(t, "the signal", func() bool { return len(r.sessions.all()) == 1 })
	soon(t, "marked", func() bool { return r.count(`select count(*) from outbox where state = 'sent' and attempts = 3`) == 1 })
}

func TestAClaimedSignalOfACrashedHolderIsSentAgain(t *testing.T) {
	t.Parallel()
	one := newRig(t, []Creator{creator(mira)})
	one.hold()
	arrived := make(chan struct{}, 1)
	one.sessions.fail = func() error { one.rows.dead.Store(true); token(arrived); return nil }
	one.live(mira)
	<-arrived
	one.crash()
	two := one.beside()
	two.hold()
	soon(t, "again", func() bool { return len(two.sessions.all()) == 1 })
	require.Equal(t, one.sessions.all()[0].Key, two.sessions.all()[0].Key)
}

func TestACommitWhoseAnswerWasLostIsNotDoneTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira, apart)})
	r.live(mira)
	r.hold()
	soon(t, "the live signal", func() bool { return len(r.sessions.all()) == 1 })
	var lost atomic.Bool
	r.db.hook(nil, func([]store.LaneCommit) error {
		if lost.Swap(true) {
			return nil
		}
		return errAway
	})
	r.account.Gap(channelOf(mira), time.Now().Add(-time.Second), time.Now(), "reconnect")
	soon(t, "rebuilt", func() bool { return r.host.Stats().Rebuilds == 1 })
	r.account.Message(say(mira, "m1", "!clip"))
	soon(t, "answered", func() bool { return len(r.chat.all()) == 1 })
	require.Equal(t, 1, r.count(`select count(*) from gaps`))

	lost.Store(false)
	r.account.Message(say(mira, "m2", "!clip"))
	soon(t, "answered", func() bool { return len(r.chat.all()) == 2 })
	require.Equal(t, 2, r.count(`select count(*) from clips`))
	require.Equal(t, 2, r.count(`select count(*) from decisions`))
}

func TestChatThatTheDatabaseLostInACrashIsRecorded(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.live(mira)
	r.hold()
	for n := range 10 {
		r.account.Message(say(mira, id("kept", n), "hello"))
	}
	r.stored(10)
	place := r.count(`select next_seq from lanes where creator_id = $1`, mira)
	for n := range 7 {
		r.account.Message(say(mira, id("lost", n), "hello"))
	}
	r.stored(17)
	soon(t, "all of it is acknowledged", func() bool { return r.host.Stats().Committed == 17 })
	// What a server that crashes had not flushed is gone when it is back.
	r.query(func(conn *pgx.Conn) error {
		_, err := conn.Exec(t.Context(), `delete from chat_events where message_id like 'lost%'`)
		return err
	})
	r.query(func(conn *pgx.Conn) error {
		_, err := conn.Exec(t.Context(), `update lanes set next_seq = $1`, place)
		return err
	})
	r.account.Message(say(mira, "next", "!ping"))
	soon(t, "answered", func() bool { return len(r.chat.all()) == 1 })
	r.stored(11)
	require.Equal(t, 7, r.count(`select sum(lost) from gaps where reason = $1 and from_at <= to_at`, ReasonNotKept))
	require.Equal(t, 1, r.count(`select count(*) from decisions where message_id = 'next'`))
}

func TestADatabaseThatIsAwayLosesNothingThatFits(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira), creator("oTher1")})
	r.live(mira)
	r.hold()
	var attempts atomic.Int64
	r.db.hook(func([]store.LaneCommit) error { attempts.Add(1); return errAway }, nil)
	for i := range 500 {
		r.account.Message(say(mira, id("m", i), "hello"))
		r.account.Message(say("oTher1", id("o", i), "hello"))
	}
	r.account.Message(say(mira, "clip", "!clip"))
	r.account.Message(say("oTher1", "ping", "!ping"))
	soon(t, "several attempts", func() bool { return attempts.Load() > 4 })
	require.Positive(t, r.host.Stats().Uncommitted)
	r.db.hook(nil, nil)
	r.stored(1002)
	soon(t, "answers", func() bool { return len(r.chat.all()) == 2 })
	require.Equal(t, 1, r.count(`select count(*) from clips`))
}

func TestMessagesThatAreStoredAlreadyAreLeftOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira, apart)})
	r.live(mira)
	r.hold()
	var batch []chat.Event
	for i := range 50 {
		batch = append(batch, say(mira, id("m", i), "!clip"))
	}
	r.account.Messages(batch)
	r.stored(50)
	soon(t, "answers", func() bool { return len(r.chat.all()) == 50 })
	// The lane forgets what it saw, as one would that was away for long.
	lane := r.host.tenure(mira).lane
	lane.mu.Lock()
	lane.seen.Clear()
	lane.mu.Unlock()
	fresh := say(mira, "fresh", "!clip")
	r.account.Messages(append(batch, fresh))
	r.stored(51)
	require.EqualValues(t, 1, r.host.Stats().Conflicts)
	require.Equal(t, 51, r.count(`select count(*) from decisions`))
	require.Equal(t, 51, r.count(`select count(*) from clips`))
	soon(t, "the new answer", func() bool { return len(r.chat.all()) == 51 })
}

func TestAClipIDThatSomebodyElseHasGivesWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira), creator("oTher1")})
	r.live(mira)
	r.hold()
	taken := clip.NewID(mira, "m1", "clip", 0)
	epochs, err := r.rows.Epochs(t.Context(), []string{"oTher1"})
	require.NoError(t, err)
	_, err = r.db.Committer.Commit(t.Context(), []store.LaneCommit{{
		CreatorID: "oTher1", Epoch: epochs["oTher1"], NextSeq: 2, Clock: time.Now(),
		Clips: []clip.Request{{ClipID: taken, JobID: clip.NewJobID("x", "y", "z", 0), CreatorID: "oTher1"}},
	}})
	require.NoError(t, err)
	r.account.Message(say(mira, "m1", "!clip"))
	soon(t, "the answer", func() bool { return len(r.chat.all()) == 1 })
	require.Contains(t, r.chat.all()[0].text, clip.Marker(clip.NewID(mira, "m1", "clip", 1)))
	require.Equal(t, 2, r.count(`select count(*) from clips`))
	require.Equal(t, 1, r.count(`select count(*) from decisions`))
}

func TestALaneThatCannotBeCommittedDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira), creator("oTher1")})
	r.hold()
	r.db.hook(func(lanes []store.LaneCommit) error {
		for _, lane := range lanes {
			if lane.CreatorID == "oTher1" {
				return errAway
			}
		}
		return nil
	}, nil)
	r.account.Message(say("oTher1", "bad", "hello"))
	n := 0
	soon(t, "the other lane goes on", func() bool {
		n++
		r.account.Message(say(mira, id("m", n), "hello"))
		return r.count(`select count(*) from chat_events where creator_id = $1`, mira) > 50
	})
	r.db.hook(nil, nil)
	soon(t, "and the failing one in the end", func() bool {
		return r.count(`select count(*) from chat_events where creator_id = 'oTher1'`) == 1
	})
}

func TestWhatTheDatabaseRefusesIsLeftOutAndRecorded(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	refused := chat.Key{Platform: chat.Twitch, MessageID: "m-1"}
	r.db.hook(func(lanes []store.LaneCommit) error {
		for _, e := range lanes[0].Events {
			if e.Key() == refused {
				return &store.BadRowError{CreatorID: mira, Key: refused, Field: "text", Err: errAway}
			}
		}
		return nil
	}, nil)
	r.account.Messages([]chat.Event{say(mira, "m-0", "a"), say(mira, "m-1", "b"), say(mira, "m-2", "c")})
	r.stored(2)
	require.Equal(t, 1, r.count(`select sum(lost) from gaps where reason = 'unstorable'`))
	// When nobody can tell what it is, everything of that commit goes.
	poison := true
	r.db.hook(func([]store.LaneCommit) error {
		if poison {
			poison = false
			return &store.BadRowError{CreatorID: mira, Field: "cooldown scope", Err: errAway}
		}
		return nil
	}, nil)
	r.account.Messages([]chat.Event{say(mira, "m-3", "a"), say(mira, "m-4", "b")})
	soon(t, "all accounted for", func() bool {
		return r.count(`select count(*) from chat_events`)+r.count(`select sum(lost) from gaps`) == 5
	})
}

func TestForeignTextIsMadeFitForTheDatabase(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	e := say(mira, "", "nul \x00 and \xff bytes")
	e.Author = chat.Author{ID: string(make([]byte, 5000)) + "x", Login: "\x00", Name: "\xfe"}
	e.SentAt = time.Time{}
	r.account.Message(e)
	r.account.Message(e) // derived ids are the same for the same message
	long := say(mira, string(make([]byte, 3000))+"long", "x")
	long.Author.ID = id("u", 1<<40)
	for len(long.Author.ID) < 4000 {
		long.Author.ID += long.Author.ID
	}
	long.MessageID = long.Author.ID
	r.account.Message(long)
	r.stored(2)
	require.Equal(t, 1, r.count(`select count(*) from chat_events where text = $1 and message_id like 'derived-%'`, "nul  and \uFFFD bytes"))
	require.Equal(t, 1, r.count(`select count(*) from chat_events where message_id like 'sha256-%' and author_id like 'sha256-%'`))
}
