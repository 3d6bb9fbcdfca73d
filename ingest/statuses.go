package ingest

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

// The states of connections as their rows show them.

// keepStatus confirms the states of connections at intervals, and writes those that
// changed when one changes.
func (h *Host) keepStatus(ctx context.Context) {
	due := h.cfg.Clock.Now().Add(connection.BeatEvery) // however often states change meanwhile
	for {
		fired, stop := h.cfg.Clock.Timer(max(0, due.Sub(h.cfg.Clock.Now())))
		select {
		case <-ctx.Done():
			stop()
			return
		case <-fired:
			h.checkEpochs(ctx)
			due = h.cfg.Clock.Now().Add(connection.BeatEvery)
			h.writeStatus(ctx, h.confirm)
		case <-h.presences.changed:
			h.writeStatus(ctx, func(context.Context, []shown) error { return nil })
		}
		stop()
	}
}

// checkEpochs notices that a creator was overtaken even when there is nothing to
// commit or to send.
func (h *Host) checkEpochs(ctx context.Context) {
	ids := h.held()
	if len(ids) == 0 {
		return
	}
	epochs, err := h.cfg.Store.Epochs(ctx, ids)
	if err != nil {
		return // whoever writes will notice
	}
	for _, id := range ids {
		// A newer tenure of this process may have taken the place since.
		if t := h.tenure(id); t != nil && epochs[id] > t.epoch {
			t.overtake(ErrOvertaken)
		}
	}
}

// shown is a presence and the row that would show it now.
type shown struct {
	presence *presence
	row      store.PlatformStatus
}

// changed reports whether the row says something that the written one does not.
func (s shown) changed() bool {
	written := s.presence.written
	return written.LastHeartbeat.IsZero() || written.State != s.row.State || written.Error != s.row.Error
}

// statuses are the states of one look at all connections. A host with thousands of
// them looks every few seconds, so what one look took is there for the next.
type statuses struct {
	changed, same []shown // since they were written
	rows          []store.PlatformStatus
}

// look parts the states that changed since they were written from the others.
func (s *statuses) look(tenures map[string]*tenure, now time.Time) {
	for _, t := range tenures {
		for _, p := range t.presences {
			s.add(shown{p, p.status(now)})
		}
	}
}

func (s *statuses) add(one shown) {
	if one.changed() {
		s.changed = append(s.changed, one)
	} else {
		s.same = append(s.same, one)
	}
}

// forget lets go of what was looked at.
func (s *statuses) forget() {
	clear(s.changed)
	clear(s.same)
	clear(s.rows)
	s.changed, s.same, s.rows = s.changed[:0], s.same[:0], s.rows[:0]
}

// rowsOf are the rows that show presences, until the next call.
func (s *statuses) rowsOf(all []shown) []store.PlatformStatus {
	s.rows = s.rows[:0]
	for _, one := range all {
		s.rows = append(s.rows, one.row)
	}
	return s.rows
}

// writeStatus writes the states that changed, and does with the others what is said.
func (h *Host) writeStatus(ctx context.Context, others func(context.Context, []shown) error) {
	h.presences.writing.Lock()
	defer h.presences.writing.Unlock()
	defer h.presences.statuses.forget()
	h.presences.statuses.look(*h.routes.Load(), h.cfg.Clock.Now())
	err := h.save(ctx, h.presences.statuses.changed)
	if err == nil {
		err = others(ctx, h.presences.statuses.same)
	}
	if err != nil && ctx.Err() == nil {
		h.log.Warn().Err(err).Msg("the states of connections cannot be written yet")
	}
}

// save writes states, and remembers what is written.
func (h *Host) save(ctx context.Context, states []shown) error {
	if err := h.cfg.Store.SavePlatformStatus(ctx, h.presences.statuses.rowsOf(states)); err != nil {
		return err
	}
	for _, s := range states {
		s.presence.written = s.row
	}
	return nil
}

// confirm says of states that did not change that they still are what they were. When
// a row is not what was written, perhaps because it was lost, all of them are.
func (h *Host) confirm(ctx context.Context, states []shown) error {
	confirmed, err := h.cfg.Store.ConfirmPlatformStatus(ctx, h.presences.statuses.rowsOf(states))
	if err != nil || confirmed == len(states) {
		return err
	}
	return h.save(ctx, states)
}
