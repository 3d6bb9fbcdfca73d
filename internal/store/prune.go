package store

import (
	"context"
	"fmt"
	"time"
)

// PruneRuntimeEvents forgets events from before the given instant.
func (s *Store) PruneRuntimeEvents(ctx context.Context, before time.Time) (int64, error) {
	ctx = patiently(ctx)
	tag, err := s.pool.Exec(ctx, `delete from runtime_events where at < $1`, storable(before))
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
