package ingest

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// ReasonOverflow is the reason of gaps for messages that did not fit into a
// lane's queue.
const ReasonOverflow = "overflow"

// memory bounds what all lanes of a host hold together.
type memory struct {
	used  atomic.Int64
	limit int64
}

// queue holds what a lane has not taken in yet. It counts the bytes of all
// events until they are committed, so it bounds the lane's memory, not only its
// own. Nothing that offers to it ever waits.
type queue struct {
	limit int64
	host  *memory
	wake  chan struct{} // holds one token when there may be something to do

	mu     sync.Mutex
	events []chat.Event
	notes  notes
	bytes  int64 // of events here and taken but not committed
	shut   bool  // overflowed, and has not drained far enough since
	closed bool
	over   bool                   // abandoned: nothing counts any more
	taken  batch                  // what the lane took last and may not have taken in yet
	lost   map[lostKey]*store.Gap // overflow that goes on
	ears   []ear                  // when something was heard last
}

// batch describes what waits or was taken together.
type batch struct {
	oldest time.Time // when the first of its events was received; zero without events
	notes  bool
}

func batchOf(events []chat.Event, n *notes) batch {
	b := batch{notes: !n.empty()}
	if len(events) > 0 {
		b.oldest = events[0].ReceivedAt
	}
	return b
}

type lostKey struct {
	platform chat.Platform
	channel  string
}

// notes is what a lane takes in besides chat.
type notes struct {
	inbox  []store.Inbox
	gaps   []store.Gap
	failed []chat.Platform // actions that failed after their decision
	read   []reading       // channels that began to be read
}

func (n *notes) empty() bool {
	return len(n.inbox) == 0 && len(n.gaps) == 0 && len(n.failed) == 0 && len(n.read) == 0
}

// addInbox puts a row in line, unless it waits there already: rows are read again
// and again until a lane has consumed them, which may take as long as an outage.
func (n *notes) addInbox(row store.Inbox) {
	for i := range n.inbox {
		if n.inbox[i].ID == row.ID {
			return
		}
	}
	n.inbox = append(n.inbox, row)
}

func newQueue(limit int64, host *memory) *queue {
	return &queue{limit: limit, host: host, wake: make(chan struct{}, 1), lost: map[lostKey]*store.Gap{}}
}

// offer puts an event in line. It returns false when it was lost, in which case
// that is on record.
func (q *queue) offer(e *chat.Event) bool {
	size := int64(e.Size())
	q.mu.Lock()
	q.heard(e)
	if q.closed || !q.fits(size) {
		q.lose(e)
		q.mu.Unlock()
		return false
	}
	if len(q.lost) > 0 {
		q.reportLost()
	}
	q.bytes += size
	q.host.used.Add(size)
	q.events = append(q.events, *e)
	q.mu.Unlock()
	q.nudge()
	return true
}

// fits tells whether there is room. A queue that overflowed opens again only
// when a quarter has drained: otherwise one message in ten would get through and
// every one of them would end a gap.
func (q *queue) fits(size int64) bool {
	bound, hostBound := q.limit, q.host.limit
	if q.shut {
		bound, hostBound = bound-bound/4, hostBound-hostBound/4
	}
	q.shut = q.bytes+size > bound || q.host.used.Load()+size > hostBound
	return !q.shut
}

func (q *queue) lose(e *chat.Event) {
	key := lostKey{e.Platform, e.Channel}
	gap := q.lost[key]
	if gap == nil {
		gap = &store.Gap{
			Platform: e.Platform, Channel: e.Channel, Reason: ReasonOverflow,
			From: e.ReceivedAt, To: e.ReceivedAt,
		}
		q.lost[key] = gap
	}
	gap.To = e.ReceivedAt
	gap.Lost++
}

// reportLost ends the gaps that go on.
func (q *queue) reportLost() {
	for key, gap := range q.lost {
		q.notes.gaps = append(q.notes.gaps, *gap)
		delete(q.lost, key)
	}
}

// note adds something that is not chat.
func (q *queue) note(add func(*notes)) {
	q.mu.Lock()
	add(&q.notes)
	q.mu.Unlock()
	q.nudge()
}

// take empties the queue into the caller's hands; spare is a slice that the
// queue may use from now on. The events still count until release.
func (q *queue) take(spare []chat.Event) ([]chat.Event, notes) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed && len(q.lost) > 0 {
		q.reportLost()
	}
	events, n := q.events, q.notes
	q.taken = batchOf(events, &n)
	q.events, q.notes = spare[:0], notes{}
	return events, n
}

// oldest returns when the first event was received that is not in a segment yet,
// or now; known is false when something else waits.
func (q *queue) oldest(now time.Time) (at time.Time, known bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at, known = now, len(q.lost) == 0
	for _, b := range []batch{q.taken, batchOf(q.events, &q.notes)} {
		known = known && !b.notes
		if !b.oldest.IsZero() && b.oldest.Before(at) {
			at = b.oldest
		}
	}
	return at, known
}

// release gives back the bytes of events that were committed or dropped.
func (q *queue) release(bytes int64) {
	if bytes == 0 {
		return
	}
	q.mu.Lock()
	if q.over {
		bytes = 0
	}
	q.bytes -= bytes
	q.mu.Unlock()
	q.host.used.Add(-bytes)
}

// abandon gives back everything that an ended lane still holds.
func (q *queue) abandon() {
	q.mu.Lock()
	bytes := q.bytes
	q.bytes, q.events, q.closed, q.over = 0, nil, true, true
	q.mu.Unlock()
	q.host.used.Add(-bytes)
}

// close makes the queue lose what is still offered to it.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.nudge()
}

// held returns the bytes that the lane holds and the messages that wait.
func (q *queue) held() (bytes int64, waiting int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes, len(q.events)
}

func (q *queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// gapOf describes chat that a reader could not read.
func gapOf(c Channel, reason string, from, to time.Time) store.Gap {
	return store.Gap{Platform: c.Platform, Channel: c.Name, Reason: reason, From: from, To: to}
}
