package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Decisions returns what was decided about a message, in the order of the lanes.
func (s *Store) Decisions(ctx context.Context, key chat.Key) ([]Decision, error) {
	rows, _ := s.pool.Query(ctx, selectDecisions+`
		where platform = $1 and message_id = $2 order by creator_id, lane_seq, trigger_id`, string(key.Platform), key.MessageID)
	decisions, err := pgx.CollectRows(rows, scanDecision)
	if err != nil {
		return nil, fmt.Errorf("read the decisions about message %s: %w", key.MessageID, err)
	}
	return decisions, nil
}

// AllCooldowns returns when each trigger fired last, by creator and trigger.
func (s *Store) AllCooldowns(ctx context.Context) (map[string]map[string]time.Time, error) {
	rows, _ := s.pool.Query(ctx, `select creator_id, trigger_id, max(fired_at) from cooldowns group by creator_id, trigger_id`)
	fired := map[string]map[string]time.Time{}
	var creator, trigger string
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&creator, &trigger, &at}, func() error {
		if fired[creator] == nil {
			fired[creator] = map[string]time.Time{}
		}
		fired[creator][trigger] = at
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the cooldowns: %w", err)
	}
	return fired, nil
}

// PruneCooldowns forgets cooldowns that ended before the given instant.
func (s *Store) PruneCooldowns(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `delete from cooldowns where until < $1`, storable(before))
	if err != nil {
		return 0, fmt.Errorf("prune cooldowns: %w", err)
	}
	return tag.RowsAffected(), nil
}
