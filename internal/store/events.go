package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// eventLock is the advisory lock under which runtime events get their ids, so that
// they become visible in the order of their ids and a reader that goes on after the
// last one misses none. It is held until the transaction ends, so events are the
// last thing that a transaction writes.
const eventLock = 0x73736576 // "ssev"

// Severity says how bad an event is.
type Severity string

// The severities, as the export contract spells them.
const (
	SeverityInfo    Severity = "info"
	SeverityWarning Severity = "warning"
	SeverityError   Severity = "error"
)

// RuntimeEvent is one thing that happened, in words, without chat messages and
// without secrets.
type RuntimeEvent struct {
	ID        int64
	At        time.Time // zero means now
	Source    string    // a platform, a creator's id, "system", "clips", …
	Severity  Severity
	Message   string
	ClipID    string // clip that it is about, or empty
	CreatorID string // creator that it is about, or empty
}

// AddRuntimeEvent writes an event. Its ID is ignored.
func (s *Store) AddRuntimeEvent(ctx context.Context, e RuntimeEvent) error {
	return s.addRuntimeEvents(ctx, []RuntimeEvent{e})
}

func (s *Store) addRuntimeEvents(ctx context.Context, events []RuntimeEvent) error {
	if len(events) == 0 {
		return nil
	}
	var batch pgx.Batch
	for _, e := range events {
		queueRuntimeEvent(&batch, e)
	}
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("write runtime events: %w", err)
	}
	return nil
}

func queueRuntimeEvent(b *pgx.Batch, e RuntimeEvent) {
	b.Queue(`select pg_advisory_xact_lock($1)`, eventLock)
	b.Queue(`
		with written as (
			insert into runtime_events (at, source, severity, message, clip_id, creator_id)
			values (coalesce($1, statement_timestamp()), $2, $3, $4, $5, $6) returning id
		)
		select pg_notify($7, id::text) from written`,
		nullable(e.At), e.Source, string(e.Severity), e.Message, e.ClipID, e.CreatorID, ChannelEvent)
}

// RuntimeEventsAfter returns events with an id greater than the given one, in their
// order, at most limit. Whoever goes on after the last id misses none.
func (s *Store) RuntimeEventsAfter(ctx context.Context, id int64, limit int) ([]RuntimeEvent, error) {
	rows, _ := s.pool.Query(ctx, selectRuntimeEvents+` where id > $1 order by id limit $2`, id, limit)
	return collectRuntimeEvents(rows)
}

// LatestRuntimeEvents returns the newest events, at most limit, the oldest of them
// first.
func (s *Store) LatestRuntimeEvents(ctx context.Context, limit int) ([]RuntimeEvent, error) {
	rows, _ := s.pool.Query(ctx, `select * from (`+selectRuntimeEvents+` order by id desc limit $1) newest order by id`, limit)
	return collectRuntimeEvents(rows)
}

const selectRuntimeEvents = `select id, at, source, severity, message, clip_id, creator_id from runtime_events`

func collectRuntimeEvents(rows pgx.Rows) ([]RuntimeEvent, error) {
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[RuntimeEvent])
	if err != nil {
		return nil, fmt.Errorf("read runtime events: %w", err)
	}
	return events, nil
}
