package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// WebhookCounts says what became of the webhooks that a platform called on one host.
type WebhookCounts struct {
	Host      string
	Platform  chat.Platform
	Since     time.Time        // when the host's process began to listen
	Counts    map[string]int64 // by outcome
	UpdatedAt time.Time        // set by the store
}

// SaveWebhookCounts replaces a host's counts of a platform.
func (s *Store) SaveWebhookCounts(ctx context.Context, c WebhookCounts) error {
	_, err := s.pool.Exec(ctx, `
		insert into webhook_counts (host, platform, since, counts) values ($1, $2, $3, $4)
		on conflict (host, platform) do update set since = excluded.since, counts = excluded.counts, updated_at = now()`,
		c.Host, c.Platform, storable(c.Since), c.Counts)
	if err != nil {
		return fmt.Errorf("save what became of the webhooks of %s: %w", c.Platform, err)
	}
	return nil
}

// WebhookCounts returns the counts of all hosts, by host and platform.
func (s *Store) WebhookCounts(ctx context.Context) ([]WebhookCounts, error) {
	rows, _ := s.pool.Query(ctx, `select host, platform, since, counts, updated_at from webhook_counts order by host, platform`)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[WebhookCounts])
	if err != nil {
		return nil, fmt.Errorf("read what became of webhooks: %w", err)
	}
	return all, nil
}
