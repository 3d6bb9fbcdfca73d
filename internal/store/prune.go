package store

import (
	"context"
	"fmt"
	"time"
)

// mostRuntimeEvents is how many events are kept at most, whatever their age: in a
// busy chat every answer is one.
const mostRuntimeEvents = 250_000

// PruneRuntimeEvents forgets events from before the given instant, and all but
// the newest 250,000.
func (s *Store) PruneRuntimeEvents(ctx context.Context, before time.Time) (int64, error) {
	ctx = patiently(ctx)
	tag, err := s.pool.Exec(ctx, `
		delete from runtime_events where at < $1 or id <= (select max(id) from runtime_events) - $2`,
		storable(before), int64(mostRuntimeEvents))
	if err != nil {
		return 0, fmt.Errorf("prune runtime events: %w", err)
	}
	return tag.RowsAffected(), nil
}

// PruneBudgets forgets grants from before the given instant, which no window
// reaches any more.
func (s *Store) PruneBudgets(ctx context.Context, before time.Time) (int64, error) {
	ctx = patiently(ctx)
	tag, err := s.pool.Exec(ctx, `delete from budget_grants where granted_at < $1`, storable(before))
	if err != nil {
		return 0, fmt.Errorf("prune budgets: %w", err)
	}
	return tag.RowsAffected(), nil
}

// PrunePoints forgets changes of points from before the given instant; balances stay.
// What a clip that is not over yet took may have to be given back, and is kept.
func (s *Store) PrunePoints(ctx context.Context, before time.Time) (int64, error) {
	ctx = patiently(ctx)
	tag, err := s.pool.Exec(ctx, `
		delete from point_changes p where at < $1
		and not exists (select from clips c where p.clip_id <> '' and c.clip_id = p.clip_id and c.over_seq is null)`, storable(before))
	if err != nil {
		return 0, fmt.Errorf("prune changes of points: %w", err)
	}
	return tag.RowsAffected(), nil
}

// boardsAtOnce is how many boards are forgotten in one transaction: each may have a
// million votes.
const boardsAtOnce = 10

// PruneBoards forgets polls, tallies and scoreboards that were over before the given
// instant, with everything that was counted in them. A board that goes on keeps all
// of it, as its results at past moments follow from that.
func (s *Store) PruneBoards(ctx context.Context, before time.Time) (int64, error) {
	ctx = patiently(ctx)
	var pruned int64
	for _, board := range []struct{ table, id, over string }{
		{"polls", "poll_id", "state in ('closed', 'archived')"},
		{"tallies", "tally_id", "state = 'archived'"},
		{"scoreboards", "scoreboard_id", "state = 'final'"},
	} {
		for {
			tag, err := s.pool.Exec(ctx, fmt.Sprintf(`
				with gone as (
					delete from %[1]s where %[2]s in (
						select %[2]s from %[1]s where %[3]s and updated_at < $1 order by %[2]s limit $2)
					returning 1)
				select pg_notify($3, '') from gone limit 1`, board.table, board.id, board.over),
				storable(before), boardsAtOnce, ChannelExport)
			if err != nil {
				return pruned, fmt.Errorf("prune %s: %w", board.table, err)
			}
			if tag.RowsAffected() == 0 {
				break
			}
			pruned++
		}
	}
	return pruned, nil
}

// pruneLog forgets inputs and decisions from before the given instant, and the
// configurations that nothing refers to any more. What is left of a log begins
// with what was in force then: the last configuration stays however old it is, and
// so do broadcasts that did not end since.
func (s *Store) pruneLog(ctx context.Context, before time.Time) error {
	for what, statement := range map[string]string{
		"decisions": `delete from decisions where decided_at < $1`,
		"inputs": `
			delete from inbox i where created_at < $1 and lane_seq is not null
			and (kind <> 'config' or exists (select from inbox newer
				where newer.creator_id = i.creator_id and newer.kind = 'config' and newer.lane_seq > i.lane_seq and newer.created_at < $1))
			and (kind <> 'stream_live' or exists (select from inbox over
				where over.creator_id = i.creator_id and over.kind in ('stream_live', 'stream_over')
				and over.payload->'Platform' = i.payload->'Platform' and over.lane_seq > i.lane_seq and over.created_at < $1))`,
	} {
		if _, err := s.pool.Exec(ctx, statement, storable(before)); err != nil {
			return fmt.Errorf("prune the %s of the event logs: %w", what, err)
		}
	}
	_, err := s.pool.Exec(ctx, `
		delete from configs c where created_at < $1
		and not exists (select from lanes where lanes.creator_id = c.creator_id and lanes.config = c.hash)
		and not exists (select from decisions d where d.creator_id = c.creator_id and d.config = c.hash)`, storable(before))
	if err != nil {
		return fmt.Errorf("prune the configurations of the event logs: %w", err)
	}
	return nil
}
