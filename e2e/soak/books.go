package main

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// fuzziness is how far before a gap's beginning, in SQL, a message counts as in it.
// Simulated platforms hold a message back until the next one was delivered when they
// reorder; a reader cannot know that one was behind the last that it got.
const fuzziness = `interval '250 milliseconds'`

// nobody is the author of the broken lines that the simulated Twitch sends between the
// others: some of them can be read all the same, and should be.
const nobody = "a"

// account is what became of the messages of one platform.
type account struct {
	Stored   int `json:"stored"`   // of those that were said
	InGaps   int `json:"in_gaps"`  // not stored, and within a recorded gap of their channel
	Missing  int `json:"missing"`  // not stored, and in no gap
	Repeated int `json:"repeated"` // rows more than one of a message
	Unsaid   int `json:"unsaid"`   // stored messages that nobody said, the bot's own aside
	Gaps     int `json:"gaps"`     // recorded
}

// loadJournal copies what was said into the database.
func loadJournal(ctx context.Context, conn *pgx.Conn, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	defer func() { _ = file.Close() }() // it was read only
	for _, sql := range []string{
		`set search_path to streamsuites`,
		`create unlogged table said (platform text collate "C" not null, message_id text collate "C" not null, channel text not null, at timestamptz not null)`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("prepare the books: %w", err)
		}
	}
	if _, err := conn.PgConn().CopyFrom(ctx, file, `copy said from stdin`); err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	for _, sql := range []string{
		`create unique index on said (platform, message_id)`, `analyze said`, `analyze chat_events`,
		// Messages that were said and are not stored.
		`create unlogged table absent as select s.* from said s where not exists (
		   select from chat_events e where e.platform = s.platform and e.message_id = s.message_id)`,
		`create unlogged table missing as select a.* from absent a where not exists (
		   select from gaps g where g.platform = a.platform and g.channel = a.channel and a.at between g.from_at - ` + fuzziness + ` and g.to_at)`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("do the books: %w", err)
		}
	}
	return nil
}

// balance compares what was said with what is stored, platform by platform. The journal
// has been loaded.
func balance(ctx context.Context, conn *pgx.Conn) (map[chat.Platform]account, error) {
	books := map[chat.Platform]account{}
	for _, p := range platforms {
		var a account
		var said, absent int
		for into, sql := range map[*int]string{
			&said:      `select count(*) from said where platform = $1`,
			&absent:    `select count(*) from absent where platform = $1`,
			&a.Missing: `select count(*) from missing where platform = $1`,
			&a.Gaps:    `select count(*) from gaps where platform = $1 and reason <> ''`,
			&a.Repeated: `select coalesce(sum(n - 1), 0)::int from (
			                select count(*) n from chat_events where platform = $1 group by message_id having count(*) > 1) r`,
			&a.Unsaid: `select count(*) from chat_events e where platform = $1 and kind = '' and not self and author_login <> '` + nobody + `' and not exists (
			                select from said s where s.platform = e.platform and s.message_id = e.message_id)`,
		} {
			if err := conn.QueryRow(ctx, sql, string(p)).Scan(into); err != nil {
				return nil, fmt.Errorf("do the books of %s: %w", p, err)
			}
		}
		a.Stored, a.InGaps = said-absent, absent-a.Missing
		books[p] = a
	}
	return books, nil
}

// examples describes some messages that are missing, for whoever looks for the cause.
func examples(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `select format('%s %s %s said at %s; gaps of the channel nearby: %s', m.platform, m.channel, m.message_id, m.at,
		coalesce((select string_agg(format('%s to %s (%s)', from_at, to_at, reason), ', ' order by from_at) from gaps g
		 where g.platform = m.platform and g.channel = m.channel and g.to_at > m.at - interval '10 seconds' and g.from_at < m.at + interval '10 seconds'), 'none'))
		from missing m order by m.at limit 10`)
	if err != nil {
		return nil, fmt.Errorf("look for what is missing: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look for what is missing: %w", err)
	}
	return found, nil
}
