package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Doubt is a reply of which nobody knows whether it was said.
type Doubt struct {
	ID        int64
	Platform  chat.Platform
	Channel   string
	Text      string
	ClaimedAt time.Time // by the database's clock
}

// Echo is something that the bot's own account has said, as chat shows it.
type Echo struct {
	Platform chat.Platform
	Channel  string
	Text     string
	At       time.Time // when it was received
}

// Doubts returns a creator's replies that were claimed after the given instant and
// became unknown, the oldest first.
func (s *Store) Doubts(ctx context.Context, creatorID string, since time.Time) ([]Doubt, error) {
	rows, _ := s.pool.Query(ctx, `
		select id, platform, channel, coalesce(payload->>'Text', ''), claimed_at from outbox
		where creator_id = $1 and state = 'unknown' and kind = 'reply' and finished_at > $2 and claimed_at > $2
		order by id`, creatorID, storable(since))
	doubts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Doubt])
	if err != nil {
		return nil, fmt.Errorf("read which replies of %s may have been said: %w", creatorID, err)
	}
	return doubts, nil
}

// Echoes returns what chat showed of a bot's own messages to a creator's lane after
// the given instant, the oldest first, as far as texts are stored.
func (s *Store) Echoes(ctx context.Context, creatorID string, since time.Time) ([]Echo, error) {
	rows, _ := s.pool.Query(ctx, `
		select platform, channel, text, received_at from chat_events
		where creator_id = $1 and self and text <> '' and received_at > $2 and sent_at > $3
		order by lane_seq`, creatorID, storable(since), storable(since.Add(-time.Hour)))
	echoes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Echo])
	if err != nil {
		return nil, fmt.Errorf("read what the bot said for %s: %w", creatorID, err)
	}
	return echoes, nil
}

// ReplyCount is how many replies on a platform came to the same end.
type ReplyCount struct {
	Platform chat.Platform
	State    OutboxState
	Replies  int64
	Why      string // the most frequent reason; empty for those that were sent
}

// ReplyCounts counts the replies that came to their end after the given instant, or
// have not yet, by platform and state.
func (s *Store) ReplyCounts(ctx context.Context, since time.Time) ([]ReplyCount, error) {
	rows, _ := s.pool.Query(ctx, `
		select platform, state, count(*), coalesce(mode() within group (order by error), '') from outbox
		where kind = 'reply' and (finished_at > $1 or finished_at is null) group by platform, state order by platform, state`, storable(since))
	counts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ReplyCount])
	if err != nil {
		return nil, fmt.Errorf("count what became of replies: %w", err)
	}
	return counts, nil
}
