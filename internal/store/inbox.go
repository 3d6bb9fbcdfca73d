package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Inbox is something that a lane has to learn besides chat. Its kinds and payloads
// are named in internal/control.
type Inbox struct {
	ID        int64
	CreatorID string
	Kind      string
	Payload   json.RawMessage
	CreatedAt time.Time
	DedupeKey string
}

// PutInbox leaves something for a creator's lane and wakes whoever holds it. A
// second row of the same dedupe key is not written and is no error.
func (s *Store) PutInbox(ctx context.Context, creatorID, kind, dedupeKey string, payload any) error {
	body, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("put %s into the inbox of %s: %w", kind, creatorID, err)
	}
	var batch pgx.Batch
	queueInbox(&batch, creatorID, kind, dedupeKey, body)
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("put %s into the inbox of %s: %w", kind, creatorID, err)
	}
	return nil
}

// queueInbox queues an inbox row and its notice; a batch is one transaction.
func queueInbox(b *pgx.Batch, creatorID, kind, dedupeKey string, payload []byte) {
	b.Queue(`
		with written as (
			insert into inbox (creator_id, kind, dedupe_key, payload) values ($1, $2, $3, $4)
			on conflict (dedupe_key) do nothing returning creator_id
		)
		select pg_notify($5, creator_id) from written`, creatorID, kind, dedupeKey, json.RawMessage(payload), ChannelInbox)
}

// PendingInbox returns what the lanes of these creators have not consumed yet,
// oldest first.
func (s *Store) PendingInbox(ctx context.Context, creatorIDs []string) ([]Inbox, error) {
	rows, _ := s.pool.Query(ctx, `
		select id, creator_id, kind, payload, created_at, dedupe_key from inbox
		where lane_seq is null and creator_id = any($1) order by id`, creatorIDs)
	pending, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Inbox])
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	return pending, nil
}
