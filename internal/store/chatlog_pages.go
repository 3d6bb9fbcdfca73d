package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// logPage is how many rows of a table are read at once.
const logPage = 2000

// logPlace is a row's place in one table of the log: decisions share that of
// their message and are told apart by their trigger.
type logPlace struct {
	seq  int64
	text string
}

// lastText is behind every trigger's id: whoever goes on after it has read a
// place to its end.
const lastText = "\U0010FFFF"

// logPages reads one table of the log page by page.
type logPages struct {
	fetch func(ctx context.Context, after logPlace) ([]LogEntry, error)
	after logPlace
	rows  []LogEntry
	ended bool
}

// fill reads the next page when the last one is used up.
func (p *logPages) fill(ctx context.Context) (err error) {
	if len(p.rows) > 0 || p.ended {
		return nil
	}
	if p.rows, err = p.fetch(ctx, p.after); err != nil {
		return err
	}
	p.ended = len(p.rows) < logPage
	return nil
}

func (p *logPages) take() LogEntry {
	e := p.rows[0]
	p.rows = p.rows[1:]
	p.after = logPlace{seq: e.LaneSeq, text: lastText}
	if e.Decision != nil {
		p.after.text = e.Decision.TriggerID
	}
	return e
}

func (l *Log) events(ctx context.Context, after logPlace) ([]LogEntry, error) {
	rows, _ := l.store.pool.Query(ctx, `
		select `+eventFields+` from chat_events where creator_id = $1 and lane_seq > $2 and lane_seq <= $3
		order by lane_seq limit $4`, l.creatorID, after.seq, l.ToSeq, logPage)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (LogEntry, error) {
		e, err := scanEvent(row)
		return LogEntry{LaneSeq: e.LaneSeq, Event: &e}, err
	})
}

func (l *Log) inputs(ctx context.Context, after logPlace) ([]LogEntry, error) {
	rows, _ := l.store.pool.Query(ctx, `
		select lane_seq, kind, payload::text, created_at from inbox
		where creator_id = $1 and lane_seq > $2 and lane_seq <= $3
		order by lane_seq limit $4`, l.creatorID, after.seq, l.ToSeq, logPage)
	return pgx.CollectRows(rows, scanInput)
}

func scanInput(row pgx.CollectableRow) (LogEntry, error) {
	var seq int64
	var payload string
	in := &LogInput{}
	err := row.Scan(&seq, &in.Kind, &payload, &in.CreatedAt)
	in.Payload = []byte(payload)
	return LogEntry{LaneSeq: seq, Input: in}, err
}

func (l *Log) decisions(ctx context.Context, after logPlace) ([]LogEntry, error) {
	rows, _ := l.store.pool.Query(ctx, selectDecisions+`
		where creator_id = $1 and (lane_seq, trigger_id) > ($2, $3) and lane_seq <= $4
		order by lane_seq, trigger_id limit $5`, l.creatorID, after.seq, after.text, l.ToSeq, logPage)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (LogEntry, error) {
		d, err := scanDecision(row)
		return LogEntry{LaneSeq: d.LaneSeq, Decision: &d}, err
	})
}
