package ingest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestAClipCommandIsStoredSignalledAndAnswered(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.live(mira)
	r.hold()
	r.account.Message(say(mira, "m1", "!clip 20 wow"))

	id := clip.NewID(mira, "m1", "clip", 0)
	soon(t, "the signal", func() bool {
		for _, d := range r.sessions.all() {
			if d.Kind == control.DecideClip {
				return d.Key == "clip:"+id && d.Clip.ClipID == id
			}
		}
		return false
	})
	soon(t, "the answer", func() bool { return len(r.chat.all()) == 1 })
	require.Equal(t, said{channelOf(mira), "@Ann clipping the last 20 s … [" + id + "]", "m1"}, r.chat.all()[0])
	got, err := r.rows.Clip(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, clip.Queued, got.State)
	decisions, err := r.rows.Decisions(t.Context(), chat.Key{Platform: chat.Twitch, MessageID: "m1"})
	require.NoError(t, err)
	require.Len(t, decisions, 1)
	require.True(t, decisions[0].Fired)
	soon(t, "everything sent is marked", func() bool { return r.count(`select count(*) from outbox where state <> 'sent'`) == 0 })
}

func TestOrdinaryChatIsStoredAndTouchesNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	var events []chat.Event
	for i := range 1000 {
		events = append(events, say(mira, id("m", i), "hello"))
	}
	r.account.Messages(events)
	r.account.Message(say(mira, "m-0", "hello")) // again
	r.account.Message(say("nobody", "x", "hello"))
	r.stored(1000)
	soon(t, "the counters", func() bool {
		n, err := r.rows.Counters(t.Context())
		return err == nil && len(n) == 1 && n[0].Messages == 1000
	})
	stats := r.host.Stats()
	require.EqualValues(t, 1002, stats.Lines)
	require.EqualValues(t, 1, stats.Unrouted)
	soon(t, "the duplicate", func() bool { return r.host.Stats().Duplicates == 1 })
	soon(t, "no memory held", func() bool { s := r.host.Stats(); return s.QueueBytes == 0 && s.Uncommitted == 0 })
	require.Empty(t, r.sessions.all())
	require.Empty(t, r.chat.all())
}

func TestLettingGoCommitsWhatWasTakenInAndShowsInactive(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)}, func(c *HostConfig) { c.Linger = time.Hour })
	r.hold()
	soon(t, "live", func() bool {
		s, err := r.rows.PlatformStatuses(t.Context())
		return err == nil && len(s) == 1 && s[0].State == "live" && !s[0].LastSuccess.IsZero()
	})
	for i := range 300 {
		r.account.Message(say(mira, id("m", i), "hello"))
	}
	r.account.Message(say(mira, "ping", "!ping"))
	r.release()
	require.Equal(t, 301, r.count(`select count(*) from chat_events`))
	require.Len(t, r.chat.all(), 1, "what was decided before the end is still answered")
	s, err := r.rows.PlatformStatuses(t.Context())
	require.NoError(t, err)
	require.Equal(t, connection.Inactive, s[0].State)
	require.Empty(t, r.chat.joined)
	require.Zero(t, r.host.Stats().Creators)
}

func TestAnInboxRowIsTakenInOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.live(mira)
	r.hold()
	request := control.OperatorClip{RequestID: "r1", Seconds: 10, Title: "Intro", By: "console", At: time.Now()}
	require.NoError(t, r.rows.PutInbox(t.Context(), mira, control.InboxClipRequest, "r1", request))
	require.NoError(t, r.rows.PutInbox(t.Context(), mira, control.InboxClipRequest, "r1", request))
	require.NoError(t, r.rows.PutInbox(t.Context(), mira, "a kind of the future", "f1", "x"))
	require.NoError(t, r.rows.PutInbox(t.Context(), mira, control.InboxClipResult, "broken", "not an object"))
	for range 5 {
		r.host.inbox.askAll()
	}
	soon(t, "everything consumed", func() bool { return r.count(`select count(*) from inbox where lane_seq is null`) == 0 })
	clips, err := r.rows.ListClips(t.Context(), store.ClipFilter{CreatorID: mira})
	require.NoError(t, err)
	require.Len(t, clips, 1)
	require.Equal(t, clip.NewID(mira, "r1", "clip", 0), clips[0].ClipID)
	require.Equal(t, 5, r.count(`select count(distinct lane_seq) from inbox`), "each has a place of its own, and the configuration")
}

func TestTheEndOfAClipIsAnsweredAndFreesItsPlace(t *testing.T) {
	t.Parallel()
	one := creator(mira)
	one.Settings.Clip.MaxActive, one.Settings.Clip.Coalesce = 1, 0
	r := newRig(t, []Creator{one})
	r.live(mira)
	r.hold()
	r.account.Message(say(mira, "m1", "!clip"))
	r.account.Message(say(mira, "m2", "!clip"))
	first := clip.NewID(mira, "m1", "clip", 0)
	soon(t, "the acknowledgement", func() bool { return len(r.chat.all()) == 1 })
	_, err := r.rows.Transition(t.Context(), store.Transition{ClipID: first, Seq: 1, State: clip.Failed, Reason: "no space left", Code: clip.DiskFull})
	require.NoError(t, err)
	soon(t, "the final answer", func() bool { return len(r.chat.all()) == 2 })
	require.Equal(t, "@Ann no clip this time: no space left ["+first+"]", r.chat.all()[1].text)
	r.account.Message(say(mira, "m3", "!clip"))
	soon(t, "the next clip", func() bool { return r.count(`select count(*) from clips`) == 2 })
	require.Equal(t, 1, r.count(`select count(*) from decisions where step = 'limit_active'`))
}

func TestANewConfigurationTakesEffectBetweenTwoMessages(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	r.account.Message(say(mira, "m1", "!ping"))
	r.stored(1)
	changed := creator(mira)
	changed.Settings.Ping.Enabled = false
	r.roster.set(changed)
	n := 1
	soon(t, "the denial", func() bool {
		n++
		r.account.Message(say(mira, id("again", n), "!ping"))
		return r.count(`select count(*) from decisions where step = 'enabled'`) > 0
	})
	require.Equal(t, 2, r.count(`select count(distinct config) from decisions`))

	r.roster.set()
	soon(t, "let go", func() bool { return r.host.Stats().Creators == 0 })
	r.roster.set(changed)
	soon(t, "held again", func() bool { return r.host.Stats().Creators == 1 })
}

func TestAChannelOfTwoCreatorsIsReadForOneOfThemAndForTheOtherOnceThatOneHasGone(t *testing.T) {
	t.Parallel()
	other := creator("oTher1")
	other.Channels = creator(mira).Channels
	r := newRig(t, []Creator{creator(mira), other})
	r.hold()
	soon(t, "one of them degraded", func() bool {
		return r.count(`select count(*) from platform_status where state = 'degraded' and error like '%another creator%'`) == 1
	})
	soon(t, "the other live", func() bool { return r.count(`select count(*) from platform_status where state = 'live'`) == 1 })
	left := creator(mira)
	if r.count(`select count(*) from platform_status where state = 'live' and creator_id = 'oTher1'`) == 0 {
		left = other
	}
	r.roster.set(left)
	soon(t, "the one that is left is read", func() bool {
		return r.count(`select count(*) from platform_status where state = 'live' and error = '' and creator_id = '`+left.ID+`'`) == 1
	})
	r.account.Message(say(left.ID, "m1", "hello"))
	r.stored(1)
}

func TestChatThatNobodyReadIsAGapWhenItIsReadAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	soon(t, "live", func() bool { return r.count(`select count(*) from platform_status where state = 'live'`) == 1 })
	r.release()
	began := time.Now()
	r.hold()
	soon(t, "the gap", func() bool { return r.count(`select count(*) from gaps where reason = 'not_connected'`) == 1 })
	gaps, err := r.rows.Gaps(t.Context(), mira, began.Add(-time.Minute))
	require.NoError(t, err)
	require.Len(t, gaps, 1)
	require.True(t, gaps[0].From.Before(gaps[0].To))
	require.WithinRange(t, gaps[0].To, began, time.Now())

	r.account.Gap(channelOf(mira), began, began.Add(time.Second), "reconnect")
	r.account.Gap("some other channel", began, began.Add(time.Second), "reconnect")
	soon(t, "the reader's gap", func() bool { return r.count(`select count(*) from gaps where reason = 'reconnect'`) == 1 })
}

func TestAHostThatIsNotCompleteIsRefused(t *testing.T) {
	t.Parallel()
	_, err := NewHost(HostConfig{})
	require.Error(t, err)
}

func TestTheEndOfTheHostLetsGoOfEverything(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)}, func(c *HostConfig) { c.Linger = time.Hour })
	r.hold()
	s := r.shards[control.ShardOf(mira)]
	require.Positive(t, s.beat.Load())
	r.account.Message(say(mira, "m1", "hello"))
	r.stop()
	<-r.over
	<-s.done
	require.ErrorIs(t, s.err, ErrHostStopped)
	require.Equal(t, 1, r.count(`select count(*) from chat_events`))
	require.ErrorIs(t, r.host.RunShard(context.Background(), 1, func(any) {}), ErrHostStopped)
}
