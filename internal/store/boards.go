package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// BoardFilter chooses polls, tallies and scoreboards, or what happened to them.
type BoardFilter struct {
	Limit int // 0 for no limit
	// At asks for what stood at a past moment, by the rows of up to then. The zero
	// time asks for what stands now. Names and questions are today's in both cases:
	// only states and counts have a history.
	At time.Time
	// Private asks for boards that are not public as well.
	Private bool
}

// Past reports whether the filter asks for a past moment.
func (f BoardFilter) Past() bool { return !f.At.IsZero() }

// boards lists the rows of what, by the query for the moment that the filter asks
// for. Both take the limit as $1 and whether private boards count as $2; then takes
// the moment as $3.
func boards[T any](ctx context.Context, s *Store, f BoardFilter, what, now, then string, scan pgx.RowToFunc[T]) ([]T, error) {
	query, values := now, []any{f.Limit, f.Private}
	if f.Past() {
		query, values = then, append(values, storable(f.At))
	}
	rows, _ := s.pool.Query(ctx, query, values...)
	found, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", what, err)
	}
	return found, nil
}

// errUnevenLists says that lists which the database made of the same rows differ
// in length.
var errUnevenLists = errors.New("the lists of a row differ in length")

// stateThen is the state of a board of the given table at $3, and since when.
func stateThen(table, id string) string {
	return fmt.Sprintf(`left join lateral (
			select state, at from board_states where kind = '%s' and board_id = b.%s and at <= $3 order by at desc, id desc limit 1) state on true`,
		table, id)
}
