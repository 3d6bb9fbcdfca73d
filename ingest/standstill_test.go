package ingest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// A process that stood still wakes up with lines in its hands, although the
// creator is somebody else's.
func TestWhoWasOvertakenDropsTheLinesThatItStillHas(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)}, func(c *HostConfig) { c.Linger = time.Hour })
	r.hold()
	r.awaitPrefix("!") // the last thing that is committed at once
	for n := range 50 {
		r.account.Message(say(mira, id("late", n), "hello"))
	}
	next := r.beside()
	next.hold()
	epochs := r.count(`select epoch from epochs`)
	r.release() // its heartbeat was refused
	require.Zero(t, r.count(`select count(*) from chat_events where message_id like 'late-%'`))
	require.Equal(t, epochs, r.count(`select epoch from epochs`))
	soon(t, "the connection of the one who holds it", func() bool {
		return r.count(`select count(*) from platform_status where state = 'live'`) == 1
	})
	next.account.Message(say(mira, "m1", "hello"))
	next.stored(1)

	// It may have the creator again.
	r.hold()
	soon(t, "the other notices", func() bool { s := next.shards[control.ShardOf(mira)]; return isDone(s) })
	require.ErrorIs(t, next.shards[control.ShardOf(mira)].err, ErrOvertaken)
}

func isDone(s *running) bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// What was received but not stored when a process dies lies in the gap that the
// next one records, also when the connection was shown as healthy since.
func TestAGapBeginsWhereEverythingBeforeItIsStored(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	r.account.Message(say(mira, "stored", "hello"))
	r.stored(1)
	r.db.hook(func([]store.LaneCommit) error { return errAway }, nil)
	lost := say(mira, "lost", "hello")
	r.account.Message(lost)
	soon(t, "the commit fails", func() bool { return r.host.Stats().BrokenLanes > 0 || r.host.Stats().Rebuilds > 0 })
	r.host.writeStatus(t.Context(), r.host.confirm)
	require.Zero(t, r.count(`select count(*) from platform_status where last_success >= $1`, lost.ReceivedAt.Add(time.Microsecond)))
	r.crash()

	next := r.beside()
	next.hold()
	soon(t, "the gap", func() bool { return next.count(`select count(*) from gaps where reason = 'not_connected'`) == 1 })
	gaps, err := next.rows.Gaps(t.Context(), mira, lost.SentAt.Add(-time.Minute))
	require.NoError(t, err)
	require.True(t, gaps[0].From.Before(lost.SentAt))
	require.True(t, gaps[0].To.After(lost.SentAt))
	require.Equal(t, 1, next.count(`select count(*) from runtime_events where message like '%was not read from%not connected'`))
}

// A gap that was not committed is not forgotten by who comes next.
func TestAGapThatIsNotOnRecordYetIsNotReadOver(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	soon(t, "live", func() bool {
		return r.count(`select count(*) from platform_status where last_success is not null`) == 1
	})
	r.release()
	left := r.count(`select (extract(epoch from last_success) * 1e6)::bigint from platform_status`)
	r.db.hook(func([]store.LaneCommit) error { return errAway }, nil)
	r.hold() // reads again, and cannot record the gap
	r.host.writeStatus(t.Context(), r.host.confirm)
	require.Equal(t, left, r.count(`select (extract(epoch from last_success) * 1e6)::bigint from platform_status`))
	r.crash()
}

// A platform may ask for patience for longer than a holder can be sure of its
// creator.
func TestAReplyThatHasToWaitIsSentOnlyWhileItsCreatorIsHeld(t *testing.T) {
	t.Parallel()
	for _, overtaken := range []bool{false, true} {
		r := newRig(t, []Creator{creator(mira)})
		r.hold()
		var asked atomic.Int64
		r.chat.send = func(context.Context, said) error {
			if asked.Add(1) > 1 {
				return nil
			}
			if overtaken {
				_, err := r.rows.ClaimCreators(t.Context(), "somebody else", []string{mira})
				require.NoError(t, err)
			}
			return &UnsentError{Err: errAway, RetryAfter: 20 * time.Millisecond}
		}
		r.account.Message(say(mira, "m1", "!ping"))
		if overtaken {
			soon(t, "not sent", func() bool { return r.count(`select count(*) from outbox where state = 'failed'`) == 1 })
			require.Equal(t, int64(1), asked.Load())
			continue
		}
		soon(t, "sent", func() bool { return r.count(`select count(*) from outbox where state = 'sent'`) == 1 })
		require.Equal(t, int64(2), asked.Load())
	}
}

func TestNothingIsSentByWhoIsNotSureAnyMore(t *testing.T) {
	t.Parallel()
	clock := newDial()
	r := &replies{outbox: outbox{clock: clock}}
	err := r.speak(t.Context(), nil, store.Outbox{}, store.Reply{}, clock.Now().Add(-sureWithin), clock.Now().Add(time.Minute))
	require.ErrorIs(t, err, errStoodStill)
}
