package ingest

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/store"
)

// sweepEvery is how often inbox and outbox are read without being told: the
// safety net below notifications, which a broken connection loses.
const sweepEvery = 10 * time.Second

// mailbox reads the inbox rows of the creators that this host holds and hands
// them to their lanes. A row stays in the table until a lane's commit has
// consumed it, so a row that is handed over twice, or never, does no harm.
type mailbox struct {
	store  Store
	holder string
	clock  Clock
	retry  backoff
	log    zerolog.Logger
	tenure func(creatorID string) *tenure
	all    func() []string

	mu    sync.Mutex
	asked map[string]struct{}
	every bool // read all creators' rows
	wake  chan struct{}
}

// ask has a creator's rows read.
func (m *mailbox) ask(creatorID string) {
	m.mu.Lock()
	m.asked[creatorID] = struct{}{}
	m.mu.Unlock()
	token(m.wake)
}

func (m *mailbox) askAll() {
	m.mu.Lock()
	m.every = true
	m.mu.Unlock()
	token(m.wake)
}

// listen turns notifications into questions.
func (m *mailbox) listen(ctx context.Context) {
	_ = m.store.Listen(ctx, []string{store.ChannelInbox, store.ChannelOutbox}, func(channel, creatorID string) {
		switch channel {
		case store.ChannelInbox:
			if m.tenure(creatorID) != nil {
				m.ask(creatorID)
			}
		case store.ChannelOutbox:
			if t := m.tenure(creatorID); t != nil {
				t.wakeSenders()
			}
		default: // connected anew: anything may have been missed
			m.askAll()
			m.sweepOutbox(ctx)
		}
	})
}

// run answers the questions, and asks about everybody at intervals.
func (m *mailbox) run(ctx context.Context) {
	failures := 0
	for {
		fired, stop := m.clock.Timer(sweepEvery)
		select {
		case <-ctx.Done():
			stop()
			return
		case <-m.wake:
		case <-fired:
			m.askAll()
			m.sweepOutbox(ctx)
		}
		stop()
		if err := m.deliver(ctx); err != nil && ctx.Err() == nil {
			failures++
			m.log.Warn().Err(err).Msg("the inbox cannot be read yet")
			if pause(ctx, m.clock, m.retry.after(failures)) != nil {
				return
			}
			m.askAll()
			continue
		}
		failures = 0
	}
}

func (m *mailbox) deliver(ctx context.Context) error {
	m.mu.Lock()
	ids := make([]string, 0, len(m.asked))
	for id := range m.asked {
		ids = append(ids, id)
	}
	if m.every {
		ids = m.all()
	}
	clear(m.asked)
	m.every = false
	m.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	rows, err := m.store.PendingInbox(ctx, ids)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if t := m.tenure(row.CreatorID); t != nil {
			t.lane.queue.note(func(n *notes) { n.addInbox(row) })
		}
	}
	return nil
}

// sweepOutbox wakes the senders of creators that have rows to send.
func (m *mailbox) sweepOutbox(ctx context.Context) {
	creators, err := m.store.UnsentOutbox(ctx, m.all(), m.holder)
	if err != nil {
		return // the next sweep is near
	}
	for _, creatorID := range creators {
		if t := m.tenure(creatorID); t != nil {
			t.wakeSenders()
		}
	}
}
