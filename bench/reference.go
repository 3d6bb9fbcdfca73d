package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"
)

// chatColumns are all columns of the table of chat.
var chatColumns = []string{
	"day", "platform", "message_id", "creator_id", "lane_seq", "channel", "author_id", "author_login",
	"author_name", "roles", "text", "reply_to", "shared_from", "self", "sent_at", "received_at", "kind", "amount", "unit",
	"target", "history",
}

// table is the table of chat, over a connection of the benchmark's own.
type table struct{ conn *pgx.Conn }

func openTable(ctx context.Context, url string) (*table, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("reach the table of chat: %w", err)
	}
	if _, err := conn.Exec(ctx, `set search_path = streamsuites; set synchronous_commit = off`); err != nil {
		return nil, fmt.Errorf("reach the table of chat: %w", err)
	}
	return &table{conn}, nil
}

func (t *table) close(ctx context.Context) error { return t.conn.Close(ctx) }

// clear empties the table and has Postgres write down what it still owes, so that
// nothing of what came before is paid for by what follows.
func (t *table) clear(ctx context.Context) error {
	for _, statement := range []string{`truncate chat_events`, `checkpoint`} {
		if _, err := t.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("empty the table of chat: %w", err)
		}
	}
	return nil
}

// count counts the rows.
func (t *table) count(ctx context.Context) (n int, err error) {
	if err := t.conn.QueryRow(ctx, `select count(*) from chat_events`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the chat: %w", err)
	}
	return n, nil
}

// copyAgain takes the rows out of the table and copies them into it again, as they
// are and in their order: COPY under the same primary key and indexes, without
// waiting for the disk, each time so many rows. It returns how long each took.
func (t *table) copyAgain(ctx context.Context, each int) ([]time.Duration, error) {
	rows, err := t.conn.Query(ctx, `select `+columnList()+` from chat_events`)
	if err != nil {
		return nil, fmt.Errorf("read the chat: %w", err)
	}
	values, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
	if err != nil {
		return nil, fmt.Errorf("read the chat: %w", err)
	}
	if err := t.clear(ctx); err != nil {
		return nil, err
	}
	// Collecting garbage among all these rows would slow the reference down.
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var took []time.Duration
	for len(values) > 0 {
		some := values[:min(max(each, 1), len(values))]
		values = values[len(some):]
		began := time.Now()
		if _, err := t.conn.CopyFrom(ctx, pgx.Identifier{"chat_events"}, chatColumns, pgx.CopyFromRows(some)); err != nil {
			return nil, fmt.Errorf("copy the chat again: %w", err)
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

func columnList() string {
	list := ""
	for i, name := range chatColumns {
		if i > 0 {
			list += ", "
		}
		list += name
	}
	return list
}
