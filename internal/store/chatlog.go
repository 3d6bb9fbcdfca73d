package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// LogEntry is one entry of a creator's event log: exactly one of the pointers is
// set. The log is append-only: entries are never changed, only forgotten after
// their time.
type LogEntry struct {
	LaneSeq int64 // place in the lane's sequence; a decision has that of what it is about

	Event    *Event
	Input    *LogInput
	Decision *Decision
}

// LogInput is something besides chat that the lane took in.
type LogInput struct {
	Kind      string // as internal/control names it
	Payload   []byte // JSON
	CreatedAt time.Time
}

// LogSpan says which part of a log is wanted. The zero value is all of it.
type LogSpan struct {
	// From and To are when the first entry was received at the earliest, and when
	// the last one was received before; zero leaves that end open. A span is one
	// stretch of the sequence: an entry inside it that arrived out of order may
	// have an earlier or a later time.
	From, To time.Time
}

// Log is a stretch of a creator's event log, as it stood when OpenLog looked.
type Log struct {
	store     *Store
	creatorID string
	// FromSeq and ToSeq are the first and the last place that are wanted; both 0
	// when there is nothing.
	FromSeq, ToSeq int64
	// Texts says that the log holds a text or a name of somebody.
	Texts bool
}

// OpenLog finds the stretch of a creator's log that a span asks for. Nothing is
// held open: what a lane has committed never changes, so the stretch stays the
// same however long it is read.
func (s *Store) OpenLog(ctx context.Context, creatorID string, span LogSpan) (*Log, error) {
	ctx = patiently(ctx)
	l := &Log{store: s, creatorID: creatorID}
	for _, look := range []func(context.Context, LogSpan) error{l.findSpan, l.findTexts} {
		if err := look(ctx, span); err != nil {
			return nil, fmt.Errorf("look for the log of %s: %w", creatorID, err)
		}
	}
	return l, nil
}

func (l *Log) findSpan(ctx context.Context, span LogSpan) error {
	to := span.To
	if to.IsZero() {
		to = latest
	}
	var first, last *int64
	err := l.store.pool.QueryRow(ctx, `
		select least(
			(select lane_seq from chat_events where creator_id = $1 and received_at >= $2 order by lane_seq limit 1),
			(select lane_seq from inbox where creator_id = $1 and lane_seq is not null and created_at >= $2 order by lane_seq limit 1)
		), greatest(
			(select lane_seq from chat_events where creator_id = $1 and received_at < $3 order by lane_seq desc limit 1),
			(select lane_seq from inbox where creator_id = $1 and lane_seq is not null and created_at < $3 order by lane_seq desc limit 1)
		)`, l.creatorID, storable(span.From), storable(to)).Scan(&first, &last)
	if err != nil {
		return err
	}
	if first != nil && last != nil && *first <= *last {
		l.FromSeq, l.ToSeq = *first, *last
	}
	return nil
}

func (l *Log) findTexts(ctx context.Context, _ LogSpan) error {
	return l.store.pool.QueryRow(ctx, `
		select exists (select from chat_events where creator_id = $1 and lane_seq between $2 and $3
			and (text <> '' or author_login <> '' or author_name <> ''))`, l.creatorID, l.FromSeq, l.ToSeq).Scan(&l.Texts)
}

// Read hands the entries to each in the order of the lane, a decision behind what
// it is about. What was in force when a span begins that is not the log's
// beginning comes first: the configuration, and the broadcasts that were live.
func (l *Log) Read(ctx context.Context, each func(LogEntry) error) error {
	if l.ToSeq == 0 {
		return nil
	}
	ctx = patiently(ctx)
	before, err := l.inForce(ctx)
	if err != nil {
		return fmt.Errorf("read what was in force before the log of %s: %w", l.creatorID, err)
	}
	for _, e := range before {
		if err := each(e); err != nil {
			return err
		}
	}
	return l.merge(ctx, each)
}

// merge reads the three tables side by side. An event, an input and the decisions
// about it share their place; the table that comes first in the list goes first.
func (l *Log) merge(ctx context.Context, each func(LogEntry) error) error {
	tables := []*logPages{
		{fetch: l.events, after: logPlace{l.FromSeq - 1, lastText}},
		{fetch: l.inputs, after: logPlace{l.FromSeq - 1, lastText}},
		{fetch: l.decisions, after: logPlace{l.FromSeq - 1, lastText}},
	}
	for {
		var next *logPages
		for _, t := range tables {
			if err := t.fill(ctx); err != nil {
				return fmt.Errorf("read the log of %s: %w", l.creatorID, err)
			}
			if len(t.rows) > 0 && (next == nil || t.rows[0].LaneSeq < next.rows[0].LaneSeq) {
				next = t
			}
		}
		if next == nil {
			return nil
		}
		if err := each(next.take()); err != nil {
			return err
		}
	}
}

// inForce returns what the lane had taken in before the span that still holds in
// it.
func (l *Log) inForce(ctx context.Context) ([]LogEntry, error) {
	rows, _ := l.store.pool.Query(ctx, `
		select lane_seq, kind, payload::text, created_at from inbox i
		where creator_id = $1 and lane_seq < $2 and (
			kind = 'config' and not exists (select from inbox newer
				where newer.creator_id = $1 and newer.kind = 'config' and newer.lane_seq > i.lane_seq and newer.lane_seq < $2)
			or kind = 'stream_live' and not exists (select from inbox over
				where over.creator_id = $1 and over.kind in ('stream_over', 'stream_live')
					and over.payload->'Platform' = i.payload->'Platform'
					and (over.kind = 'stream_live' or over.payload->'StreamID' = i.payload->'StreamID')
					and over.lane_seq > i.lane_seq and over.lane_seq < $2))
		order by lane_seq`, l.creatorID, l.FromSeq)
	return pgx.CollectRows(rows, scanInput)
}
