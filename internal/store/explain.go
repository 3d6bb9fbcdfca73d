package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// Sending is an outbox row and what became of it.
type Sending struct {
	Outbox
	State      OutboxState
	Error      string    // why it was not sent, or may not have been; without secrets
	FinishedAt time.Time // zero while it is pending or being sent
}

// OutboxAt returns what a lane decided to send at a place of its sequence, in the
// order in which it was written. Rows that were pruned are not there any more. It
// reads the whole outbox: it is for people who ask, not for lanes.
func (s *Store) OutboxAt(ctx context.Context, creatorID string, laneSeq int64) ([]Sending, error) {
	rows, _ := s.pool.Query(ctx, `
		select id, creator_id, lane_seq, kind, dedupe_key, platform, channel, payload, class, not_after, created_at, attempts,
			state, error, finished_at
		from outbox where creator_id = $1 and lane_seq = $2 order by id`, creatorID, laneSeq)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Sending, err error) {
		err = row.Scan(&o.ID, &o.CreatorID, &o.LaneSeq, &o.Kind, &o.DedupeKey, &o.Platform, &o.Channel, &o.Payload, &o.Class,
			orZero(&o.NotAfter), &o.CreatedAt, &o.Attempts, &o.State, &o.Error, orZero(&o.FinishedAt))
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what the lane of %s sent at %d: %w", creatorID, laneSeq, err)
	}
	return found, nil
}

// ClipsOf returns the clips that a message of a creator's chat, or an operator's
// request, asked for, those that it joined among them.
func (s *Store) ClipsOf(ctx context.Context, creatorID, messageID string) ([]clip.Clip, error) {
	rows, _ := s.pool.Query(ctx, selectClips+` where creator_id = $1 and clip_id in (
		select clip_id from clip_requests where creator_id = $1 and message_id = $2) order by requested_at, clip_id`, creatorID, messageID)
	clips, err := pgx.CollectRows(rows, scanClip)
	if err != nil {
		return nil, fmt.Errorf("read the clips of message %s: %w", messageID, err)
	}
	return clips, nil
}

// TriggerChangesAt returns what was changed at a place of a lane's sequence.
func (s *Store) TriggerChangesAt(ctx context.Context, creatorID string, laneSeq int64) ([]TriggerChange, error) {
	rows, _ := s.pool.Query(ctx, `
		select lane_seq, subject, action, changed_by, name, changed_at, before, after from trigger_changes
		where creator_id = $1 and lane_seq = $2 order by id`, creatorID, laneSeq)
	changes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TriggerChange])
	if err != nil {
		return nil, fmt.Errorf("read what the lane of %s changed at %d: %w", creatorID, laneSeq, err)
	}
	return changes, nil
}

// Balance returns what an author has to spend; known is false for somebody who
// never got or spent any, and so has what the configuration gives everybody.
func (s *Store) Balance(ctx context.Context, creatorID, userKey string) (points int64, known bool, err error) {
	err = s.pool.QueryRow(ctx, `select balance from points where creator_id = $1 and user_key = $2`, creatorID, userKey).Scan(&points)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, false, nil
	case err != nil:
		return 0, false, fmt.Errorf("read the points of %s: %w", userKey, err)
	}
	return points, true, nil
}

// Balances returns what the authors of a creator's chat have to spend, the most
// first, at most limit.
func (s *Store) Balances(ctx context.Context, creatorID string, limit int) ([]Balance, error) {
	rows, _ := s.pool.Query(ctx, `
		select user_key, balance from points where creator_id = $1 order by balance desc, user_key limit $2`, creatorID, limit)
	balances, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Balance])
	if err != nil {
		return nil, fmt.Errorf("read the points of %s's viewers: %w", creatorID, err)
	}
	return balances, nil
}

// PointChanges returns how an author's points changed, the newest change first, at
// most limit. Balance is not kept with them and is 0.
func (s *Store) PointChanges(ctx context.Context, creatorID, userKey string, limit int) ([]PointChange, error) {
	rows, _ := s.pool.Query(ctx, `
		select lane_seq, user_key, delta, 0::bigint, reason, trigger_id, clip_id, at from point_changes
		where creator_id = $1 and user_key = $2 order by id desc limit $3`, creatorID, userKey, limit)
	changes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[PointChange])
	if err != nil {
		return nil, fmt.Errorf("read how the points of %s changed: %w", userKey, err)
	}
	return changes, nil
}
