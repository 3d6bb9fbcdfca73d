package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// UploadOutcome is what was tried last for a creator at a destination.
type UploadOutcome struct {
	CreatorID   string
	Destination string
	State       clip.UploadState
	AttemptAt   time.Time
	UpdatedAt   time.Time
}

// outcomesAmong is among how many of the newest clips the last attempts are looked
// for, so that it costs the same however many clips there are.
const outcomesAmong = 2000

// UploadOutcomes returns the last attempt for each creator at each destination, by
// creator and destination. Of attempts of which the clip is not among the newest
// 2,000 it knows nothing.
func (s *Store) UploadOutcomes(ctx context.Context) ([]UploadOutcome, error) {
	rows, _ := s.pool.Query(ctx, `
		select distinct on (c.creator_id, u.destination) c.creator_id, u.destination, u.state, u.attempt_at, u.updated_at
		from (select clip_id, creator_id from clips order by requested_at desc, clip_id limit $1) c
		join clip_uploads u using (clip_id) where u.attempt_at is not null
		order by c.creator_id, u.destination, u.attempt_at desc`, outcomesAmong)
	outcomes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[UploadOutcome])
	if err != nil {
		return nil, fmt.Errorf("read the last attempts at uploads: %w", err)
	}
	return outcomes, nil
}
