package ingest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// ErrOvertaken says that another holder has claimed a creator: this one has to
// let go of it without writing or sending anything more.
var ErrOvertaken = errors.New("the creator was claimed by another holder")

const (
	// chunk is how many inputs a lane evaluates before it lets the committer in.
	chunk = 256
	// laneRows is how many rows a lane prepares ahead of the committer.
	laneRows = 8192
	// quarantine is the number of failures in a row after which a lane is
	// committed alone, so that it cannot hold up the others.
	quarantine = 3
	// maxSpare is how many events an idle buffer may have room for: a burst must
	// not cost memory for ever.
	maxSpare = 2048
	// maxSlack is how often in a row a buffer may have been far too large until it
	// is given up: smaller bursts must not cost memory for ever either.
	maxSlack = 64
)

// lane is one creator's sequence of inputs. Its goroutine alone evaluates; the
// committer takes finished segments from it and says what became of them.
type lane struct {
	creatorID string
	epoch     int64
	store     Store
	clock     Clock
	retry     backoff
	log       zerolog.Logger
	tally     *tally
	queue     *queue
	group     *group
	committed func(outbox bool) // called after each commit of the lane
	heard     func(*chat.Event) // called for messages of the bot's own account
	host      hosted            // the host's settings, which were checked

	// Of the lane's goroutine alone.
	machine *trigger.Machine
	seen    *seenSet
	spare   []chat.Event
	slack   slack
	inert   map[int64]struct{}  // inbox rows that cannot be stored with their effects
	spent   map[string]struct{} // keys of outbox rows and own inputs that earlier commits wrote
	taken   map[string]struct{} // clip ids of others
	known   recent              // inbox rows taken in, so that none is evaluated twice
	hide    bool                // names and texts are not to be stored
	sources []reading           // how chat is read

	mu       sync.Mutex
	busy     time.Time // when the newest input came
	nextSeq  int64
	onAir    []onAir // the broadcasts of which the lane knows that they are on
	kept     kept
	open     *segment // being filled
	flight   *segment // being committed
	idle     *segment // spare
	trouble  *trouble // why the flight failed, until the lane is rebuilt
	failures int      // in a row
	overtake error

	done    chan struct{} // closed when the lane's goroutine has returned
	drained bool          // it has stored everything; to be read when done
}

// trouble is why a commit failed.
type trouble struct {
	err      error
	messages []chat.Key // stored already
	unfit    []chat.Key // cannot be stored at all
	clipIDs  []string
	outbox   []string // keys of outbox rows and own inputs that are written already
	poisoned bool     // something in the segment cannot be stored, nobody knows what
	undone   bool     // certainly nothing was written
}

// run evaluates inputs until the lane is closed and empty, overtaken, or ctx
// ends.
func (l *lane) run(ctx context.Context) error {
	defer close(l.done)
	for {
		l.mu.Lock()
		trouble, full, overtaken := l.trouble, l.open.rows() >= laneRows, l.overtake
		l.mu.Unlock()
		switch {
		case overtaken != nil:
			return overtaken
		case trouble != nil:
			if err := l.rebuild(ctx, trouble); err != nil {
				return err
			}
			continue
		case !full && l.step():
			continue
		case l.finished():
			l.drained = true
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.queue.wake:
		}
	}
}

// step takes in what waits; false when nothing does.
func (l *lane) step() bool {
	events, n := l.queue.take(l.spare)
	l.spare = events
	if len(events) == 0 && n.empty() {
		return false
	}
	l.takeNotes(n)
	for len(events) > 0 {
		some := events[:min(chunk, len(events))]
		events = events[len(some):]
		l.mu.Lock()
		l.busy = some[len(some)-1].ReceivedAt
		var dropped int64
		for i := range some {
			dropped += l.message(&some[i])
		}
		l.announce()
		l.mu.Unlock()
		l.queue.release(dropped)
	}
	clear(l.spare) // the segment holds the texts now
	if l.slack.outgrown(len(l.spare), cap(l.spare)) || cap(l.spare) > maxSpare {
		l.spare = nil
	}
	return true
}

func (l *lane) takeNotes(n notes) {
	if n.empty() {
		return
	}
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = now
	for _, gap := range n.gaps {
		l.gap(gap, now)
	}
	for _, p := range n.failed {
		l.failedAction(p, now)
	}
	for _, r := range n.read {
		l.reads(r, now)
	}
	for _, row := range n.inbox {
		if own(row) || l.known.Add(uint64(row.ID)) {
			l.inbox(row)
		}
	}
	l.announce()
}

// message takes in one chat message. It returns the bytes of one that was seen
// before and is dropped. l.mu is held, as for everything that fills a segment.
func (l *lane) message(e *chat.Event) (dropped int64) {
	if !l.seen.add(e.Platform, e.MessageID) {
		l.duplicate(e.Platform)
		return int64(e.Size())
	}
	s := l.open
	s.touch(e.ReceivedAt)
	s.commit.Events = append(s.commit.Events, store.Event{Event: *e, LaneSeq: l.nextSeq})
	s.bytes += int64(e.Size())
	stored := &s.commit.Events[len(s.commit.Events)-1].Event
	if e.Self && e.Kind == chat.Message {
		l.heard(stored)
	}
	n := s.count(e.Platform)
	n.Messages++
	if e.ReceivedAt.After(n.LastEventAt) {
		n.LastEventAt = e.ReceivedAt
	}
	l.account(e)
	l.apply(trigger.Input{Message: stored}, e.Platform)
	return 0
}

// apply gives an input its place in the sequence and writes down what follows.
func (l *lane) apply(in trigger.Input, p chat.Platform) {
	seq := l.nextSeq
	l.nextSeq++
	out := l.machine.Step(in)
	if out.Effects == nil {
		return
	}
	if err := l.open.add(seq, out.Effects, l.spent); err != nil {
		l.log.Error().Err(err).Msg("an effect could not be written down")
	}
	l.follow(out.Effects)
	if p != "" {
		n := l.open.count(p)
		for _, d := range out.Effects.Decisions {
			if d.Fired {
				n.Triggers++
			}
		}
		n.Actions += int64(len(out.Effects.Signals) + len(out.Effects.Messages) + len(out.Effects.Deletions))
	}
}

// gap takes in that chat was lost. It has a place in the sequence, so that a
// commit that holds nothing else moves it on as well.
func (l *lane) gap(g store.Gap, now time.Time) {
	g.CreatorID = l.creatorID
	l.open.touch(now)
	l.open.gap(g)
	l.nextSeq++
	l.tally.gaps.Add(1)
	l.tally.lost.Add(g.Lost)
}

func (l *lane) failedAction(p chat.Platform, now time.Time) {
	l.open.touch(now)
	l.open.failed = append(l.open.failed, p)
	l.open.count(p).ActionsFailed++
	l.nextSeq++
}

// announce tells the committer that there is something to take. l.mu is held.
func (l *lane) announce() {
	if l.open.used && l.flight == nil && l.trouble == nil {
		l.group.ready(l, l.open.urgent || l.open.rows() >= laneRows/2)
	}
}

// finished reports whether a closed lane has nothing left to do.
func (l *lane) finished() bool {
	l.queue.mu.Lock()
	closed := l.queue.closed && len(l.queue.events) == 0 && l.queue.notes.empty() && len(l.queue.lost) == 0
	l.queue.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if closed && l.open.used && l.flight == nil && l.trouble == nil {
		l.group.ready(l, true) // nothing more will come that would be worth waiting for
	}
	return closed && l.flight == nil && !l.open.used && l.trouble == nil
}

// settled returns up to when everything that was handed in is stored, or the zero
// time when nobody can say: a gap that is not on record yet reaches into the past.
func (l *lane) settled(now time.Time) time.Time {
	// What leaves the queue meanwhile is found in a segment, so in this order.
	upTo, known := l.queue.oldest(now)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range []*segment{l.flight, l.open} {
		if s == nil || !s.used {
			continue
		}
		known = known && len(s.commit.Gaps) == 0
		if s.oldest.Before(upTo) {
			upTo = s.oldest
		}
	}
	if !known {
		return time.Time{}
	}
	return upTo
}

// stop ends the lane without writing what it holds.
func (l *lane) stop(cause error) {
	l.mu.Lock()
	if l.overtake == nil {
		l.overtake = cause
	}
	l.mu.Unlock()
	l.queue.close()
}
