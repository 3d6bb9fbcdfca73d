package ingest

import (
	"context"

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

// byChange parts the states that changed since they were written from the others.
func byChange(all []shown) (changed, same []shown) {
	for _, s := range all {
		if s.changed() {
			changed = append(changed, s)
		} else {
			same = append(same, s)
		}
	}
	return changed, same
}

// rowsOf are the rows that show presences.
func rowsOf(all []shown) []store.PlatformStatus {
	rows := make([]store.PlatformStatus, len(all))
	for i, s := range all {
		rows[i] = s.row
	}
	return rows
}

// writeStatus writes the states that changed, and does with the others what is said.
func (h *Host) writeStatus(ctx context.Context, others func(context.Context, []shown) error) {
	h.presences.writing.Lock()
	defer h.presences.writing.Unlock()
	now := h.cfg.Clock.Now()
	var all []shown
	for _, t := range *h.routes.Load() {
		for _, p := range t.presences {
			all = append(all, shown{p, p.status(now)})
		}
	}
	changed, same := byChange(all)
	err := h.save(ctx, changed)
	if err == nil {
		err = others(ctx, same)
	}
	if err != nil && ctx.Err() == nil {
		h.log.Warn().Err(err).Msg("the states of connections cannot be written yet")
	}
}

// save writes states, and remembers what is written.
func (h *Host) save(ctx context.Context, states []shown) error {
	if err := h.cfg.Store.SavePlatformStatus(ctx, rowsOf(states)); err != nil {
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
	confirmed, err := h.cfg.Store.ConfirmPlatformStatus(ctx, rowsOf(states))
	if err != nil || confirmed == len(states) {
		return err
	}
	return h.save(ctx, states)
}
