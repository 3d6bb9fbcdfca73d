package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// ClipFailure is a clip that is failed now, and why.
type ClipFailure struct {
	ClipID    string
	CreatorID string
	Code      clip.Code // empty for failures without one
	Reason    string    // for people
	At        time.Time // when it failed
}

// ClipFailures returns the clips that were requested after the given instant and
// are failed now, the newest request first, at most limit. Withdrawn clips are
// among them.
func (s *Store) ClipFailures(ctx context.Context, after time.Time, limit int) ([]ClipFailure, error) {
	rows, _ := s.pool.Query(ctx, `
		select clip_id, creator_id, failure_code, reason, updated_at from clips
		where requested_at > $1 and state = $2
		order by requested_at desc, clip_id limit $3`, storable(after), string(clip.Failed), limit)
	failures, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ClipFailure])
	if err != nil {
		return nil, fmt.Errorf("read the failed clips: %w", err)
	}
	return failures, nil
}
