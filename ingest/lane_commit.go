package ingest

import (
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// The committer's side of a lane.

// begin hands the open segment over for committing; nil when there is none.
func (l *lane) begin() *segment {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.flight != nil || l.trouble != nil || l.overtake != nil || !l.open.used {
		return nil
	}
	l.flight = l.open
	l.open = l.idle
	l.idle = nil
	c := &l.flight.commit
	c.After, c.NextSeq, c.Clock = l.kept.next, l.nextSeq, l.machine.State().Clock
	c.HideTexts = l.hide || l.flight.hidden
	l.flight.seal(l.clock.Now())
	return l.flight
}

// quarantined reports whether the lane has to be committed alone.
func (l *lane) quarantined() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failures >= quarantine
}

// succeed ends a commit that went through.
func (l *lane) succeed() {
	l.mu.Lock()
	s := l.flight
	bytes, outbox := s.bytes, len(s.commit.Outbox) > 0
	l.kept.add(&s.commit, l.clock.Now())
	s.follow()
	s.reset()
	l.flight, l.idle, l.failures = nil, s, 0
	l.announce()
	l.mu.Unlock()
	l.queue.release(bytes)
	l.queue.nudge()
	l.committed(outbox)
}

// afterCommit does something that follows from the input at a place in the sequence,
// and that watchers are not to see before the input: at once, unless the commit that
// holds the input is not over for this process. Senders that are at work find what a
// commit wrote before the database's answer to it is here. do must not block, and is not called when the lane ends
// before the commit does.
func (l *lane) afterCommit(seq int64, do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.flight; s != nil && s.commit.After <= seq && seq < s.commit.NextSeq {
		s.then = append(s.then, do)
		return
	}
	do()
}

// follow does what waited for the segment.
func (s *segment) follow() {
	for _, do := range s.then {
		do()
	}
	s.then = nil
}

// fail ends a commit that did not; the lane rebuilds itself.
func (l *lane) fail(t trouble) {
	l.mu.Lock()
	l.trouble = &t
	l.failures++
	l.mu.Unlock()
	l.queue.nudge()
}

// holds returns those of the keys that are in the flight.
func (s *segment) holds(keys map[chat.Key]struct{}) []chat.Key {
	if len(keys) == 0 {
		return nil
	}
	var found []chat.Key
	for i := range s.commit.Events {
		if _, ok := keys[s.commit.Events[i].Key()]; ok {
			found = append(found, s.commit.Events[i].Key())
		}
	}
	return found
}

// conflictIn picks what a conflict says about this segment.
func (s *segment) conflictIn(c *store.ConflictError, messages map[chat.Key]struct{}) (trouble, bool) {
	t := trouble{err: c, messages: s.holds(messages)}
	for i := range s.commit.Clips {
		for _, id := range c.ClipIDs {
			if s.commit.Clips[i].ClipID == id {
				t.clipIDs = append(t.clipIDs, id)
			}
		}
	}
	for i := range s.commit.Outbox {
		for _, key := range c.OutboxKeys {
			if s.commit.Outbox[i].DedupeKey == key {
				t.outbox = append(t.outbox, key)
			}
		}
	}
	for i := range s.commit.Taken {
		for _, key := range c.TakenKeys {
			if s.commit.Taken[i].DedupeKey == key {
				t.outbox = append(t.outbox, key)
			}
		}
	}
	consumed := false
	for _, id := range c.InboxIDs {
		_, mine := s.commit.InboxDone[id]
		consumed = consumed || mine
	}
	return t, consumed || len(t.messages)+len(t.clipIDs)+len(t.outbox) > 0
}
