package twitch

import (
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
)

// phase is where a channel stands on its connection.
type phase int

const (
	phaseWaiting phase = iota // to be joined when due
	phaseJoining              // JOIN was sent, its confirmation is awaited
	phaseJoined
	phaseParked // refused by the platform
)

// channel is one channel of a client. Its fields belong to the client's mutex.
type channel struct {
	name      string
	creatorID string
	roomID    string // the platform's number of the channel; empty until it was seen
	session   *session
	phase     phase
	removed   bool

	state  State
	detail string
	since  time.Time

	due       time.Time // phaseWaiting and phaseParked: not before
	confirmBy time.Time // phaseJoining
	attempts  int       // joins that were not confirmed, in a row
	excuse    string    // what the server said while joining

	joinedAt  time.Time
	greeted   bool // the account's state in the channel was told since the join
	moderator bool

	gapFrom   time.Time // zero when nothing may have been missed
	gapReason string

	out     outgoing
	changed chan struct{} // closed and replaced when anything above changes
}

func newChannel(name, creatorID string) *channel {
	return &channel{
		name: name, creatorID: creatorID,
		changed: make(chan struct{}),
	}
}

// learnRoom notes the channel's number, which is its owner's user id.
func (ch *channel) learnRoom(id string) {
	const digits = "0123456789"
	if id != "" && len(id) <= 20 && strings.Trim(id, digits) == "" {
		ch.roomID = id
	}
}

// touch wakes whoever waits for the channel to change.
func (ch *channel) touch() {
	close(ch.changed)
	ch.changed = make(chan struct{})
}

// setState notes a state and tells the handler of a change once the lock is
// released.
func (c *Client) setState(ch *channel, state State, detail string) {
	if ch.state == state && ch.detail == detail {
		return
	}
	ch.state, ch.detail, ch.since = state, detail, c.cfg.Clock()
	ch.touch()
	name := ch.name
	c.mu.Note(func() { c.handler.OnState(name, state, detail) })
}

// confirmed marks a channel as joined and closes its gap.
func (c *Client) confirmed(ch *channel) {
	if ch.phase == phaseJoined {
		return
	}
	ch.phase, ch.attempts, ch.excuse = phaseJoined, 0, ""
	ch.joinedAt, ch.greeted = time.Now(), false
	if !ch.gapFrom.IsZero() {
		name, from, to, reason := ch.name, ch.gapFrom, c.cfg.Clock(), ch.gapReason
		ch.gapFrom, ch.gapReason = time.Time{}, ""
		c.stats.gaps.Add(1)
		c.mu.Note(func() { c.handler.OnGap(name, from, to, reason) })
	}
	c.showJoined(ch)
}

// showJoined states how well a joined channel works.
func (c *Client) showJoined(ch *channel) {
	ch.touch()
	if ch.out.off != "" {
		c.setState(ch, StateDegraded, "cannot write: "+ch.out.off)
		return
	}
	c.setState(ch, StateLive, "")
}

// dropped marks a channel as not read any more since that time.
func (c *Client) dropped(ch *channel, since time.Time, reason string) {
	if ch.phase == phaseParked {
		return
	}
	if ch.phase == phaseJoined {
		ch.gapFrom, ch.gapReason = since, reason
	}
	ch.phase, ch.due, ch.attempts = phaseWaiting, time.Time{}, 0
	ch.unanswered()
	c.setState(ch, StateDegraded, reason)
}

// parkChannel stops trying to join a channel for a long while: suspensions and
// bans end without a word.
func (c *Client) parkChannel(ch *channel, reason string) {
	ch.phase, ch.due = phaseParked, time.Now().Add(c.cfg.Timing.Parked)
	c.setState(ch, StatePaused, reason)
}

// pickJoin returns the channel whose turn it is to be joined, or how long there
// is nothing to do. Joins whose confirmation is overdue are put back.
func (s *session) pickJoin(now time.Time) (*channel, time.Duration) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	const idle = time.Minute
	var next *channel
	pause := idle
	for _, ch := range s.sorted() {
		if ch.phase == phaseJoining && !now.Before(ch.confirmBy) {
			s.unconfirmed(ch, now)
		}
		if ch.phase == phaseParked && !now.Before(ch.due) {
			ch.phase, ch.attempts, ch.out.off = phaseWaiting, 0, ""
		}
		switch ch.phase {
		case phaseJoining:
			pause = min(pause, ch.confirmBy.Sub(now))
		case phaseWaiting:
			if ch.due.After(now) {
				pause = min(pause, ch.due.Sub(now))
			} else if next == nil || ch.due.Before(next.due) {
				next = ch
			}
		}
	}
	return next, pause
}

// unconfirmed handles a JOIN that the server did not confirm in time: it says
// nothing about channels that are gone or over the limit.
func (s *session) unconfirmed(ch *channel, now time.Time) {
	ch.attempts++
	if ch.excuse != "" {
		s.c.parkChannel(ch, ch.excuse)
		return
	}
	t := s.c.cfg.Timing
	spacing := backoff.Backoff{Base: t.BackoffBase, Max: t.BackoffMax, Rand: s.c.cfg.Rand, Attempt: ch.attempts}
	ch.phase, ch.due = phaseWaiting, now.Add(spacing.Next())
	s.c.setState(ch, StateDegraded, "join was not confirmed")
}

// beginJoin marks the channel as being joined, if that is still wanted.
func (s *session) beginJoin(ch *channel, now time.Time) bool {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	if ch.removed || ch.session != s || ch.phase != phaseWaiting {
		return false
	}
	ch.phase, ch.excuse = phaseJoining, ""
	ch.confirmBy = now.Add(s.c.cfg.Timing.Join)
	return true
}

// sorted returns the session's channels by name, so that joins have an order.
func (s *session) sorted() []*channel {
	list := make([]*channel, 0, len(s.channels))
	for _, ch := range s.channels {
		list = append(list, ch)
	}
	slices.SortFunc(list, func(a, b *channel) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return list
}
