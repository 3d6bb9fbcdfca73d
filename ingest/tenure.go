package ingest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

// lastWords is how long the senders of a creator that is let go may go on, and
// the writing of its final state.
const lastWords = 2 * time.Second

// tenure is the time for which this host holds a creator: its lane, its senders
// and its channels, all under one epoch.
type tenure struct {
	host      *Host
	creatorID string
	epoch     int64
	creator   Creator
	lane      *lane
	signals   *signals
	urgent    *replies // to moderators
	replies   *replies // the others
	doubts    *doubts
	deletions *deletions
	told      told
	presences []*presence
	log       zerolog.Logger

	overtaken chan struct{} // closed when another holder took the creator over
	once      sync.Once
	cancel    context.CancelFunc // ends lane and senders
	senders   sync.WaitGroup
	ended     chan struct{} // closed when everything has been let go of
}

// legacy is what a creator's former holders left in the database.
type legacy struct {
	lane     store.LaneState
	pending  []store.Inbox // not taken in yet, oldest first
	statuses []store.PlatformStatus
}

// begin takes a claimed creator up: its lane goes on where its rows stand. What is
// pending was read after the claim, so no former holder can add to it.
func (h *Host) begin(creator Creator, epoch int64, left legacy) (*tenure, error) {
	first, err := firstInputs(creator, epoch, left, h.cfg.Clock.Now())
	if err != nil {
		return nil, fmt.Errorf("take up creator %s: %w", creator.ID, err)
	}
	t := &tenure{
		host: h, creatorID: creator.ID, epoch: epoch, creator: creator,
		log:       h.log.With().Str("creator", creator.ID).Logger(),
		overtaken: make(chan struct{}), ended: make(chan struct{}),
	}
	t.doubts = &doubts{creatorID: t.creatorID, store: h.cfg.Store, clock: h.cfg.Clock}
	t.lane = h.newLane(t)
	t.lane.load(left.lane)
	t.lane.report()
	t.lane.queue.note(func(n *notes) { n.inbox = first })
	h.newSenders(t)
	for _, c := range creator.Channels {
		t.presences = append(t.presences, &presence{
			tenure: t, channel: c, state: connection.Connecting, since: h.cfg.Clock.Now(), missing: lastRead(left.lane, left.statuses, c),
		})
	}

	t.place()
	ctx, cancel := context.WithCancel(h.work)
	t.cancel = cancel
	go t.runLane(ctx)
	t.senders.Go(func() { t.signals.run(ctx, t.signals.send) })
	t.senders.Go(func() { t.urgent.run(ctx, t.urgent.send) })
	t.senders.Go(func() { t.replies.run(ctx, t.replies.send) })
	t.senders.Go(func() { t.deletions.run(ctx, t.deletions.send) })
	h.publish(t)
	t.wakeSenders()
	h.inbox.ask(t.creatorID)
	t.join()
	h.lookAgain()
	return t, nil
}

func (h *Host) newLane(t *tenure) *lane {
	q := newQueue(h.cfg.LaneBytes, &h.memory)
	return &lane{
		creatorID: t.creatorID, epoch: t.epoch, store: h.cfg.Store, clock: h.cfg.Clock, retry: h.retry(),
		log: t.log, tally: &h.tally, queue: q, group: h.group,
		committed: func(outbox bool) {
			if outbox {
				t.wakeSenders()
			}
		},
		heard: func(e *chat.Event) {
			if t.doubts.hear(e) {
				token(t.replies.wake)
			}
		},
		fallback: t.creator.Settings, seen: newSeenSet(seenCapacity), known: newRecent(knownCapacity),
		inert: map[int64]struct{}{}, spent: map[string]struct{}{}, taken: map[string]struct{}{},
		open: newSegment(t.creatorID, t.epoch), idle: newSegment(t.creatorID, t.epoch),
		done: make(chan struct{}),
	}
}

func (h *Host) newSenders(t *tenure) {
	box := func() outbox {
		return outbox{
			creatorID: t.creatorID, epoch: t.epoch, holder: h.cfg.Holder, store: h.cfg.Store, clock: h.cfg.Clock,
			retry: h.retry(), log: t.log, overtaken: t.overtake,
			wake: make(chan struct{}, 1), closing: make(chan struct{}),
		}
	}
	failed := func(p chat.Platform) {
		t.lane.queue.note(func(n *notes) { n.failed = append(n.failed, p) })
	}
	t.signals = &signals{
		outbox: box(), session: h.cfg.Signaller, bucket: rate.NewLimiter(signalsPerSecond, signalBurst),
		metrics: h.cfg.Metrics, tally: &h.tally,
	}
	shown := func(*store.Outbox, *store.Reply) {}
	if h.feed != nil {
		shown = func(row *store.Outbox, reply *store.Reply) {
			t.lane.afterCommit(row.LaneSeq, func() { h.feed.sent(t.creatorID, row, reply) })
		}
	}
	answers := func(least, most budget.Class) *replies {
		return &replies{
			outbox: box(), queue: store.OutboxQueue{Kind: store.OutboxReply, Least: least, Most: most}, doubts: t.doubts,
			budgets: h.cfg.Budgets, speaker: t.speaker, failed: failed, shown: shown, metrics: h.cfg.Metrics, tally: &h.tally,
		}
	}
	// Two, so that a moderator need not wait until the platform takes a viewer's.
	t.urgent, t.replies = answers(budget.Moderator, budget.Moderator), answers(budget.Notice, budget.Viewer)
	t.deletions = &deletions{outbox: box(), speaker: t.speaker, failed: failed}
}

func (t *tenure) wakeSenders() {
	token(t.signals.wake)
	token(t.urgent.wake)
	token(t.replies.wake)
	token(t.deletions.wake)
}

func (t *tenure) runLane(ctx context.Context) {
	err := t.lane.run(ctx)
	if isOvertaken(err) {
		t.overtake(err)
	}
}

// overtake notes that another holder has the creator: nothing more is written
// or sent.
func (t *tenure) overtake(cause error) {
	t.once.Do(func() {
		t.log.Warn().Err(cause).Int64("epoch", t.epoch).Msg("the creator was claimed by another holder")
		t.lane.stop(fmt.Errorf("%s: %w", t.creatorID, ErrOvertaken))
		t.cancel()
		close(t.overtaken)
	})
}

// place finds the accounts that read the creator's channels.
func (t *tenure) place() {
	now := t.host.cfg.Clock.Now()
	for _, p := range t.presences {
		account := t.host.accounts[p.channel.Account]
		switch {
		case account == nil || account.chat == nil:
			p.become(connection.Degraded, fmt.Sprintf("there is no account %q on this host", p.channel.Account), now)
		case !t.host.presences.add(p):
			p.become(connection.Degraded, "the channel belongs to another creator as well", now)
		default:
			p.chat = account.chat
		}
	}
}

// join begins to read the creator's channels.
func (t *tenure) join() {
	for _, p := range t.presences {
		if p.chat == nil {
			continue
		}
		if err := p.chat.Join(p.channel.Name, t.creatorID); err != nil {
			p.become(connection.Degraded, err.Error(), t.host.cfg.Clock.Now())
			t.log.Error().Err(err).Str("channel", p.channel.Name).Msg("the channel cannot be joined")
		}
	}
	token(t.host.presences.changed)
}

// end lets the creator go. What was taken in is committed and what is pending
// is sent first, unless the creator was overtaken or ctx ends before. What
// cannot be done any more is left to the next holder.
func (t *tenure) end(ctx context.Context) {
	defer close(t.ended)
	defer t.host.forget(t)
	last := t.goodbye()
	t.host.withdraw(t)
	t.lane.queue.close()
	select {
	case <-t.lane.done:
	case <-ctx.Done():
		_, waiting := t.lane.queue.held()
		t.log.Error().Int("waiting", waiting).Msg("the lane could not be committed in time")
	}
	t.closeSenders(ctx)
	t.cancel()
	<-t.lane.done
	if !t.lane.drained {
		for i := range last {
			last[i].LastSuccess = time.Time{} // something read before was not stored
		}
	}
	t.senders.Wait()
	t.lane.queue.abandon()
	for _, p := range t.presences {
		t.host.presences.remove(p)
		p.part(t.log)
	}
	select {
	case <-t.overtaken: // the rows are the other holder's
	default:
		if ctx.Err() == nil { // else the database does not answer
			t.save(ctx, last)
		}
	}
}

// closeSenders lets the senders work off what is pending, for a moment.
func (t *tenure) closeSenders(ctx context.Context) {
	close(t.signals.closing)
	close(t.urgent.closing)
	close(t.replies.closing)
	close(t.deletions.closing)
	idle := make(chan struct{})
	go func() { t.senders.Wait(); close(idle) }()
	moment, stop := t.host.cfg.Clock.Timer(lastWords)
	defer stop()
	select {
	case <-idle:
	case <-moment:
	case <-ctx.Done():
	}
}

// goodbye shows the creator's connections as inactive, with a heartbeat from before
// that, and read up to now if the lane stores all that it has.
func (t *tenure) goodbye() []store.PlatformStatus {
	var rows []store.PlatformStatus
	for _, p := range t.presences {
		now := t.host.cfg.Clock.Now()
		row := p.status(now)
		if row.State.Reads() {
			row.LastSuccess = now
		}
		row.State, row.Since, row.Error = connection.Inactive, now, ""
		row.LastHeartbeat = now.Add(-time.Second)
		rows = append(rows, row)
	}
	return rows
}

func (t *tenure) save(ctx context.Context, rows []store.PlatformStatus) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	if err := t.host.cfg.Store.SavePlatformStatus(ctx, rows); err != nil {
		t.log.Warn().Err(err).Msg("the final state of the connections cannot be written")
	}
}
