package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// ReasonUnstorable is the reason of gaps for messages that the database refuses.
const ReasonUnstorable = "unstorable"

// rebuild starts the lane again from its rows and evaluates in their order the
// inputs that were not committed. It waits as long as the database is away.
func (l *lane) rebuild(ctx context.Context, t *trouble) error {
	l.tally.rebuilds.Add(1)
	l.mu.Lock()
	failures := l.failures
	l.mu.Unlock()
	for n := 1; ; n++ {
		// A conflict is settled at once; anything else is given time.
		if n > 1 || failures > 1 || !t.settled() {
			if err := pause(ctx, l.clock, l.retry.after(max(n, failures))); err != nil {
				return err
			}
		}
		st, pending, err := l.read(ctx)
		if err == nil {
			l.note(t, failures)
			l.again(st, pending, t)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if isOvertaken(err) {
			l.stop(err)
			return err
		}
		l.log.Warn().Err(err).Int("attempt", n).Msg("the lane cannot be loaded yet")
	}
}

// settled reports whether it is known what to leave out, so that trying at once
// makes progress.
func (t *trouble) settled() bool {
	return len(t.messages)+len(t.clipIDs)+len(t.outbox)+len(t.unfit) > 0
}

// read reads everything that the lane is rebuilt from.
func (l *lane) read(ctx context.Context) (store.LaneState, map[int64]struct{}, error) {
	ids := []string{l.creatorID}
	epochs, err := l.store.Epochs(ctx, ids)
	if err != nil {
		return store.LaneState{}, nil, err
	}
	if epochs[l.creatorID] != l.epoch {
		return store.LaneState{}, nil, fmt.Errorf("rebuild the lane of %s: %w", l.creatorID, ErrOvertaken)
	}
	st, err := l.store.LoadLane(ctx, l.creatorID)
	if err != nil {
		return store.LaneState{}, nil, err
	}
	rows, err := l.store.PendingInbox(ctx, ids)
	if err != nil {
		return store.LaneState{}, nil, err
	}
	pending := make(map[int64]struct{}, len(rows))
	for _, row := range rows {
		pending[row.ID] = struct{}{}
	}
	return st, pending, nil
}

// note remembers what the failure taught, until the inputs that it is about are
// committed.
func (l *lane) note(t *trouble, failures int) {
	if failures <= 1 {
		clear(l.taken)
		clear(l.spent)
		clear(l.inert)
	}
	for _, id := range t.clipIDs {
		l.taken[id] = struct{}{}
	}
	for _, key := range t.outbox {
		l.spent[key] = struct{}{}
	}
}

// again discards the lane's state and evaluates the uncommitted inputs anew.
func (l *lane) again(st store.LaneState, pending map[int64]struct{}, t *trouble) {
	l.mu.Lock()
	flight, open := l.flight, l.open
	inputs := []*segment{open}
	// Only the holder of the epoch moves the sequence on, and every commit moves
	// it: so its place tells whether a commit of which no answer came went
	// through after all.
	landed := !t.undone && st.NextSeq >= flight.commit.NextSeq
	if !landed {
		inputs = []*segment{flight, open}
	}
	gaps := l.kept.lost(st.NextSeq)
	l.load(st)
	for _, key := range t.messages {
		l.seen.add(key.Platform, key.MessageID)
	}
	l.open, l.flight, l.idle, l.trouble = newSegment(l.creatorID, l.epoch), nil, newSegment(l.creatorID, l.epoch), nil
	outbox := landed && len(flight.commit.Outbox) > 0
	if landed {
		l.failures = 0
		l.group.tell(flight)
	}
	flight.follow()
	for _, gap := range gaps {
		l.gap(gap, l.clock.Now())
	}
	before := flight.bytes + open.bytes
	for _, s := range inputs {
		l.replay(s, pending, t, s == flight)
	}
	released := before - l.open.bytes
	l.announce()
	l.mu.Unlock()
	l.queue.release(released)
	l.committed(outbox)
	l.log.Info().Err(t.err).Bool("landed", landed).Int64("next_seq", st.NextSeq).Msg("the lane was rebuilt from its rows")
}

// replay evaluates what a segment took in. l.mu is held.
func (l *lane) replay(s *segment, pending map[int64]struct{}, t *trouble, failed bool) {
	now := l.clock.Now()
	poisoned := failed && t.poisoned
	unfit := keySet(t.unfit)
	for _, gap := range s.commit.Gaps {
		l.regap(gap, now)
	}
	for _, p := range s.failed {
		l.failedAction(p, now)
	}
	l.recount(s.commit.Reports, now)
	rows := s.inbox
	for i := range s.commit.Events {
		rows = l.replayInbox(rows, i, pending, poisoned)
		e := &s.commit.Events[i].Event
		if _, bad := unfit[e.Key()]; bad || poisoned {
			gap := gapOf(Channel{Platform: e.Platform, Name: e.Channel}, ReasonUnstorable, e.ReceivedAt, e.ReceivedAt)
			gap.Lost = 1
			l.gap(gap, now)
			continue
		}
		l.message(e)
	}
	l.replayInbox(rows, len(s.commit.Events), pending, poisoned)
}

// replayInbox takes in those rows that come before the event at that place, and
// returns the others.
func (l *lane) replayInbox(rows []heldInbox, before int, pending map[int64]struct{}, poisoned bool) []heldInbox {
	for len(rows) > 0 && rows[0].after <= before {
		row := rows[0].row
		rows = rows[1:]
		if _, open := pending[row.ID]; !open && !own(row) {
			continue
		}
		// A configuration was stored before, or checked: it cannot be what is wrong.
		if poisoned && row.Kind != control.InboxConfig {
			l.inert[row.ID] = struct{}{}
		}
		l.inbox(row)
	}
	return rows
}

func keySet(keys []chat.Key) map[chat.Key]struct{} {
	set := make(map[chat.Key]struct{}, len(keys))
	for _, key := range keys {
		set[key] = struct{}{}
	}
	return set
}

// regap takes a gap in again that was counted before.
func (l *lane) regap(g store.Gap, at time.Time) {
	l.open.touch(at)
	l.open.gap(g)
	l.nextSeq++
}
