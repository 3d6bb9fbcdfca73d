package ingest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// group commits the lanes of the process together: while one commit runs, the
// next one collects.
type group struct {
	db      Committer
	clock   Clock
	metrics Metrics
	tally   *tally
	log     zerolog.Logger
	maxRows int
	linger  time.Duration
	timeout time.Duration
	// committed is told of everything that was stored, in the order of each lane;
	// nil tells nobody.
	committed func(creatorID string, events []store.Event)

	mu     sync.Mutex
	dirty  []*lane
	listed map[*lane]struct{}
	since  time.Time     // when the first of the dirty lanes became so
	some   chan struct{} // holds one token when a lane is dirty
	urgent chan struct{} // holds one token when somebody waits
}

func newGroup(db Committer, clock Clock, metrics Metrics, t *tally, log zerolog.Logger, maxRows int, linger, timeout time.Duration) *group {
	return &group{
		db: db, clock: clock, metrics: metrics, tally: t, log: log,
		maxRows: maxRows, linger: linger, timeout: timeout,
		listed: map[*lane]struct{}{}, some: make(chan struct{}, 1), urgent: make(chan struct{}, 1),
	}
}

// ready puts a lane in line. urgent means that it should not wait for others.
func (g *group) ready(l *lane, urgent bool) {
	g.mu.Lock()
	if _, in := g.listed[l]; !in {
		if len(g.dirty) == 0 {
			g.since = g.clock.Now()
		}
		g.listed[l] = struct{}{}
		g.dirty = append(g.dirty, l)
	}
	g.mu.Unlock()
	token(g.some)
	if urgent {
		token(g.urgent)
	}
}

func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run commits until ctx ends.
func (g *group) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.some:
		}
		if g.collect(ctx) != nil {
			return
		}
		g.commit(ctx, g.gather())
	}
}

// collect waits a moment for more, unless somebody waits for what there is.
func (g *group) collect(ctx context.Context) error {
	g.mu.Lock()
	left := g.linger - g.clock.Now().Sub(g.since)
	g.mu.Unlock()
	if left <= 0 {
		return ctx.Err()
	}
	fired, stop := g.clock.Timer(left)
	defer stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-g.urgent:
	case <-fired:
	}
	return nil
}

// work is a segment on its way into the database.
type work struct {
	lane    *lane
	segment *segment
}

// gather takes what the lanes have ready, up to the bound of one commit. A lane
// that keeps failing goes alone.
func (g *group) gather() []work {
	select {
	case <-g.urgent: // whoever waited is served now
	default:
	}
	var taken []work
	rows := 0
	for {
		l := g.next()
		if l == nil {
			break
		}
		alone := l.quarantined()
		if rows >= g.maxRows || alone && len(taken) > 0 {
			g.ready(l, true) // the next commit's
			break
		}
		s := l.begin()
		if s == nil {
			continue
		}
		taken = append(taken, work{l, s})
		rows += s.rows()
		if alone {
			g.more()
			break
		}
	}
	return taken
}

// more makes sure that the lanes left in line get their turn at once.
func (g *group) more() {
	g.mu.Lock()
	left := len(g.dirty)
	g.mu.Unlock()
	if left > 0 {
		token(g.some)
		token(g.urgent)
	}
}

func (g *group) next() *lane {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.dirty) == 0 {
		return nil
	}
	l := g.dirty[0]
	g.dirty[0] = nil
	g.dirty = g.dirty[1:]
	delete(g.listed, l)
	return l
}

// commit writes the segments. Those that conflict with what is stored already
// are taken out, and the others tried again.
func (g *group) commit(ctx context.Context, batch []work) {
	for len(batch) > 0 {
		result, err := g.write(ctx, batch)
		if err == nil {
			g.settle(batch, result)
			return
		}
		var conflict *store.ConflictError
		var bad *store.BadRowError
		rest := batch
		switch {
		case errors.As(err, &conflict):
			g.tally.conflicts.Add(1)
			rest = g.refuse(batch, conflict)
		case errors.As(err, &bad):
			rest = g.reject(batch, bad)
		}
		if len(rest) == len(batch) { // nobody in particular is to blame
			g.log.Warn().Err(err).Int("lanes", len(batch)).Msg("a commit failed")
			for _, w := range batch {
				w.lane.fail(trouble{err: err})
			}
			return
		}
		batch = rest
	}
}

func (g *group) write(ctx context.Context, batch []work) (store.CommitResult, error) {
	commits := make([]store.LaneCommit, len(batch))
	rows := 0
	for i, w := range batch {
		commits[i] = w.segment.commit
		rows += len(w.segment.commit.Events)
	}
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	began := g.clock.Now()
	result, err := g.db.Commit(ctx, commits)
	g.metrics.commit(rows, g.clock.Now().Sub(began), err)
	return result, err
}

// settle tells the lanes what became of their segments.
func (g *group) settle(batch []work, result store.CommitResult) {
	now := g.clock.Now()
	g.tally.commits.Add(1)
	g.tally.lastCommit.Store(now.UnixNano())
	stale := make(map[string]struct{}, len(result.Stale))
	for _, id := range result.Stale {
		stale[id] = struct{}{}
	}
	for _, w := range batch {
		if _, overtaken := stale[w.lane.creatorID]; overtaken {
			w.lane.stop(ErrOvertaken)
			continue
		}
		n := len(w.segment.commit.Events)
		g.tally.committed.Add(int64(n))
		g.metrics.lag(now.Sub(w.segment.oldest), n)
		g.metrics.requested(len(w.segment.commit.Clips))
		for i := range w.segment.commit.Clips {
			c := &w.segment.commit.Clips[i]
			g.log.Info().Str("clip", c.ClipID).Str("creator", c.CreatorID).Str("by", c.RequestedBy).Str("message_id", c.MessageID).
				Time("from", c.Start).Time("to", c.End).Msg("clip was asked for")
		}
		g.tell(w.segment)
		w.lane.succeed()
	}
}

// tell tells of a segment that was stored.
func (g *group) tell(s *segment) {
	if g.committed != nil {
		g.committed(s.commit.CreatorID, s.commit.Events)
	}
}

// refuse hands back the segments that a conflict is about.
func (g *group) refuse(batch []work, conflict *store.ConflictError) (rest []work) {
	stored, repeated := keySet(conflict.Messages), keySet(conflict.Repeated)
	first := map[chat.Key]struct{}{}
	for _, w := range batch {
		t, mine := w.segment.conflictIn(conflict, stored)
		for _, key := range w.segment.holds(repeated) {
			if _, again := first[key]; again { // another lane of this batch keeps it
				t.messages, mine = append(t.messages, key), true
			}
			first[key] = struct{}{}
		}
		if !mine {
			rest = append(rest, w)
			continue
		}
		t.undone = true
		g.log.Info().Str("creator", w.lane.creatorID).Int("messages", len(t.messages)).Int("clips", len(t.clipIDs)).
			Int("outbox", len(t.outbox)).Msg("a commit held what is stored already")
		w.lane.fail(t)
	}
	return rest
}

// reject hands back the segment that holds something which cannot be stored.
func (g *group) reject(batch []work, bad *store.BadRowError) (rest []work) {
	for _, w := range batch {
		if w.lane.creatorID != bad.CreatorID {
			rest = append(rest, w)
			continue
		}
		t := trouble{err: bad, undone: true, poisoned: bad.Key == (chat.Key{})}
		if !t.poisoned {
			t.unfit = []chat.Key{bad.Key}
		}
		g.log.Error().Err(bad).Str("creator", w.lane.creatorID).Msg("something cannot be stored and is left out")
		w.lane.fail(t)
	}
	return rest
}
