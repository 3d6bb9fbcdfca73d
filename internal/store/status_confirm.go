package store

import (
	"context"
	"fmt"
)

// ConfirmPlatformStatus says of connections whose rows are as they should be that they
// still are, and up to when they were read. It touches only rows that show the same state
// and error, and whose creators' epochs are not outdated, and returns how many these were:
// with fewer than were given, somebody should look at all of them, see SavePlatformStatus.
// It costs a fraction of that. No connection may be given twice.
func (s *Store) ConfirmPlatformStatus(ctx context.Context, statuses []PlatformStatus) (confirmed int, err error) {
	if len(statuses) == 0 {
		return 0, nil
	}
	given := newStatusColumns(len(statuses))
	for i := range statuses {
		given.add(&statuses[i])
	}
	tag, err := s.pool.Exec(ctx, `
		update platform_status s set
			last_heartbeat = coalesce(g.last_heartbeat, s.last_heartbeat), last_success = coalesce(g.last_success, s.last_success), updated_at = now()
		from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bigint[])
			as g (creator_id, platform, state, error, last_heartbeat, last_success, epoch)
			left join epochs e on e.creator_id = g.creator_id
		where s.creator_id = g.creator_id and s.platform = g.platform and s.state = g.state and s.error = g.error
			and g.epoch = coalesce(e.epoch, 0)`,
		given.creators, given.platforms, given.states, given.errors, given.heartbeats, given.successes, given.epochs)
	if err != nil {
		return 0, fmt.Errorf("confirm the states of %d connections: %w", len(statuses), err)
	}
	return int(tag.RowsAffected()), nil
}
