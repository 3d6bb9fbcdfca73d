package ingest

import (
	"context"
	"encoding/json"

	"golang.org/x/time/rate"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// A session takes two signals a second for ever and ten at once, so that its
// history stays small however busy the chat is.
const (
	signalsPerSecond = 2
	signalBurst      = 10
)

// signals tells a creator's session what was decided: the first at once, and
// when the bucket is empty everything that has come together in one signal.
type signals struct {
	outbox
	session Signaller
	bucket  *rate.Limiter
	metrics Metrics
	tally   *tally
}

// send works off what is pending.
func (s *signals) send(ctx context.Context) error {
	for {
		rows, err := s.pending(ctx, store.QueueOf(store.OutboxSignal))
		if err != nil || len(rows) == 0 {
			return err
		}
		now := s.clock.Now()
		if wait := s.bucket.ReserveN(now, 1).DelayFrom(now); wait > 0 {
			if err := pause(ctx, s.clock, wait); err != nil {
				return err
			}
			// More has come in the meantime: it goes along.
			if rows, err = s.pending(ctx, store.QueueOf(store.OutboxSignal)); err != nil {
				return err
			}
		}
		if err := s.deliver(ctx, rows); err != nil {
			return err
		}
	}
}

// deliver claims the rows and sends them as one signal. A signal may be
// repeated, so rows of a failed one become pending again.
func (s *signals) deliver(ctx context.Context, rows []store.Outbox) error {
	var claimed []store.Outbox
	var decisions []control.Decision
	var failure error
	for _, row := range rows {
		mine, err := s.claim(ctx, row)
		if err != nil {
			failure = err
			break
		}
		if !mine {
			continue
		}
		var d control.Decision
		if err := json.Unmarshal(row.Payload, &d); err != nil {
			s.finish(ctx, row, store.OutboxFailed, "the payload is not a decision: "+err.Error())
			continue
		}
		claimed, decisions = append(claimed, row), append(decisions, d)
	}
	if failure == nil && len(claimed) > 0 {
		began := s.clock.Now()
		failure = s.session.Signal(ctx, s.creatorID, decisions)
		s.metrics.signal(len(decisions), s.clock.Now().Sub(began), failure)
	}
	state, why := store.OutboxSent, ""
	if failure != nil {
		state, why = store.OutboxPending, failure.Error()
	} else {
		s.tally.signals.Add(int64(len(decisions)))
	}
	for _, row := range claimed {
		s.finish(ctx, row, state, why)
	}
	return failure
}
