package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Two machines share the creators. Whichever is killed or stands still, the other
// goes on; whoever comes back too late has no say; and what nobody read is on
// record.
func TestChatGoesOnWhenTheMachineThatReadsItDies(t *testing.T) {
	t.Parallel()
	s := servers(t)
	startRole(t, s, "worker")
	startRole(t, s, "serve", "--address", hostPort(t, s.addr.HTTP))
	db := s.rows()
	a, b := s.machine(), s.machine()
	ingestA := a.start("ingest")
	s.eventually(time.Minute, "the first machine holds the creator", func() bool { return db.holding().Holder != "" })
	require.True(t, db.holding().on(a))
	ingestB := b.start("ingest")
	s.awaitRecording(8)
	s.hears("early")

	crowd := s.speaks("killed")
	s.eventually(time.Minute, "the crowd is heard", func() bool { return db.stored(crowd) >= 20 })
	asked := s.say("before", "!clip 5 Just before the end", "moderator")
	ingestA.kill(t)
	took := s.takenOver(db, b, time.Now())
	t.Logf("taken over after a kill in %s", took.Round(10*time.Millisecond))
	require.Less(t, took, takenOverWithin)
	s.quiesces(db, crowd)
	s.requireNothingTwice(db)
	s.requireGap(db, crowd)
	s.requireAtMostOneClip(db, asked)

	ingestA = a.start("ingest")
	s.eventually(time.Minute, "the first machine is back", func() bool { return strings.Contains(ingestA.output.String(), "running") })
	crowd = s.speaks("frozen")
	s.eventually(time.Minute, "the crowd is heard", func() bool { return db.stored(crowd) >= 20 })
	ingestB.freeze(t)
	took = s.takenOver(db, a, time.Now())
	t.Logf("taken over from one that stands still in %s", took.Round(10*time.Millisecond))
	require.Less(t, took, takenOverWithin)
	held := db.holding()
	since := one[time.Time](db, `select now()`)
	ingestB.thaw(t)
	s.eventually(time.Minute, "the one that stood still lets go", func() bool { return strings.Contains(ingestB.output.String(), "another holder") })
	s.quiesces(db, crowd)
	require.Equal(t, held, db.holding(), "who comes back too late takes nothing")
	require.Empty(t, list[string](db, `select dedupe_key from outbox where claimed_by like $1 || '/%' and claimed_at > $2`, b.hostID(), since))
	s.requireNothingTwice(db)
	s.requireGap(db, crowd)

	// It is ready to go on again.
	ingestA.kill(t)
	took = s.takenOver(db, b, time.Now())
	t.Logf("taken back in %s", took.Round(10*time.Millisecond))
	require.Less(t, took, takenOverWithin)
	s.hears("again")
	s.requireNothingTwice(db)
	ingestB.stop(t)
}

// stored counts what is stored of a crowd.
func (r *rows) stored(c *crowd) int {
	c.mu.Lock()
	ids := slices.Clone(c.said)
	c.mu.Unlock()
	return one[int](r, `select count(*)::int from chat_events where message_id = any($1)`, ids)
}

// takenOver waits until the machine has the creator and stores chat again, and
// returns how long that took.
func (s *standalone) takenOver(db *rows, by *machine, since time.Time) time.Duration {
	s.t.Helper()
	s.eventually(3*time.Minute, "the other machine stores chat", func() bool {
		return db.holding().on(by) && one[bool](db,
			`select exists (select from chat_events where received_at > (select claimed_at from epochs))`)
	})
	first := one[time.Time](db, `select min(received_at) from chat_events where received_at > (select claimed_at from epochs)`)
	return first.Sub(since)
}

// quiesces ends the crowd and waits until its last words are stored and nothing
// is left to be sent.
func (s *standalone) quiesces(db *rows, c *crowd) {
	s.t.Helper()
	s.eventually(time.Minute, "the crowd is answered again", func() bool {
		asked := c.asked()
		return slices.ContainsFunc(asked[max(0, len(asked)-10):], func(id string) bool { return len(s.answers(id)) > 0 })
	})
	c.quiet()
	asked := c.asked()
	s.eventually(time.Minute, "the last question is answered", func() bool { return len(s.answers(asked[len(asked)-1])) > 0 })
	s.eventually(time.Minute, "the last word is stored", func() bool {
		return one[bool](db, `select exists (select from chat_events where message_id = $1)`, c.said[len(c.said)-1])
	})
	s.eventually(time.Minute, "nothing is left to be sent", func() bool {
		return one[int](db, `select count(*)::int from outbox where state in ('pending', 'sending')`) == 0
	})
}

// requireNothingTwice checks that nothing was decided, asked for or said twice,
// and nothing was said of which nobody knows.
func (s *standalone) requireNothingTwice(db *rows) {
	s.t.Helper()
	require.Empty(s.t, list[string](db, `select message_id from chat_events group by message_id having count(*) > 1`))
	require.Empty(s.t, list[string](db, `select message_id from decisions where message_id <> '' group by message_id, trigger_id having count(*) > 1`))
	require.Empty(s.t, list[string](db, `select message_id from clips where message_id <> '' group by message_id having count(*) > 1`))
	answers := map[string][]string{}
	for _, m := range s.messages() {
		if m.ReplyTo != "" {
			answers[m.ReplyTo] = append(answers[m.ReplyTo], m.Text)
		}
	}
	clips := list[string](db, `select message_id from clips`)
	for id, texts := range answers {
		allowed := 1
		if slices.Contains(clips, id) {
			allowed = 2 // the acknowledgement and the result
		}
		require.LessOrEqual(s.t, len(texts), allowed, "answers to %s: %v", id, texts)
		sent := one[int](db, `select count(*)::int from outbox where kind = 'reply' and payload->>'ReplyTo' = $1 and state in ('sent', 'unknown')`, id)
		require.GreaterOrEqual(s.t, sent, len(texts), "what was said is in the outbox")
	}
}

type gap struct {
	Reason   string
	From, To time.Time
}

// requireGap checks that every message that is not stored lies in a recorded
// gap, and that people can see the gap.
func (s *standalone) requireGap(db *rows, c *crowd) {
	s.t.Helper()
	gaps := structs[gap](db, `select reason, from_at, to_at from gaps order by from_at`)
	stored := list[string](db, `select message_id from chat_events where message_id = any($1)`, c.said)
	lost := 0
	for _, m := range s.messages() {
		if !slices.Contains(c.said, m.ID) || slices.Contains(stored, m.ID) {
			continue
		}
		lost++
		require.True(s.t, slices.ContainsFunc(gaps, func(g gap) bool {
			return g.Reason != "" && !m.At.Before(g.From) && !m.At.After(g.To)
		}), "message %s of %s lies in no gap: %v", m.ID, m.At, gaps)
	}
	require.Positive(s.t, lost, "a crowd that speaks all the time is not heard all the time")
	s.t.Logf("%d of %d messages are in the gap", lost, len(c.said))
	require.NotEmpty(s.t, list[string](db, `select message from runtime_events where message like '%was not read%'`))
	require.Contains(s.t, s.cli("status"), "not read")
}

// requireAtMostOneClip checks that a request was carried out once, or lies in the
// gap.
func (s *standalone) requireAtMostOneClip(db *rows, asked string) {
	s.t.Helper()
	clips := list[string](db, `select clip_id from clips where message_id = $1`, asked)
	if len(clips) == 0 {
		require.Empty(s.t, s.answers(asked))
		return
	}
	s.eventually(2*time.Minute, "the clip is published", func() bool {
		return one[string](db, `select state from clips where clip_id = $1`, clips[0]) == "published"
	})
	require.Equal(s.t, 1, one[int](db, `select count(*)::int from outbox where kind = 'signal' and dedupe_key like '%' || $1 || '%'`, clips[0]),
		fmt.Sprint("signals about ", clips[0]))
}
