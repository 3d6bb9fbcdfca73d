package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

func queueGaps(b *pgx.Batch, lanes []LaneCommit) {
	for i := range lanes {
		for _, g := range lanes[i].Gaps {
			b.Queue(`insert into gaps (creator_id, platform, channel, reason, from_at, to_at, lost) values ($1, $2, $3, $4, $5, $6, $7)`,
				lanes[i].CreatorID, g.Platform, g.Channel, g.Reason, storable(g.From), storable(g.To), g.Lost)
		}
	}
}

// queueGapEvents tells people about gaps. Events are the last thing that a
// transaction writes.
func queueGapEvents(b *pgx.Batch, lanes []LaneCommit) {
	for i := range lanes {
		for _, g := range lanes[i].Gaps {
			queueRuntimeEvent(b, RuntimeEvent{
				Source: string(g.Platform), Severity: SeverityWarning, CreatorID: lanes[i].CreatorID, Message: g.Words(),
			})
		}
	}
}

// Words says for people what was lost, when and why.
func (g Gap) Words() string {
	why := strings.ReplaceAll(g.Reason, "_", " ")
	span := fmt.Sprintf("from %s for %s", g.From.UTC().Format("15:04:05 UTC"), g.To.Sub(g.From).Round(100*time.Millisecond))
	if g.Lost > 0 {
		return fmt.Sprintf("%d messages in the chat of %s were lost %s: %s", g.Lost, g.Channel, span, why)
	}
	return fmt.Sprintf("The chat of %s was not read %s: %s", g.Channel, span, why)
}

const selectGaps = `select creator_id, platform, channel, reason, from_at, to_at, lost from gaps`

// Gaps returns the chat that a creator lost after the given instant, the oldest
// first.
func (s *Store) Gaps(ctx context.Context, creatorID string, since time.Time) ([]Gap, error) {
	rows, _ := s.pool.Query(ctx, selectGaps+` where creator_id = $1 and to_at > $2 order by from_at, id`, creatorID, storable(since))
	gaps, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Gap])
	if err != nil {
		return nil, fmt.Errorf("read the gaps of %s: %w", creatorID, err)
	}
	return gaps, nil
}

// LatestGaps returns the chat that was lost last, of all creators, after the given
// instant: the newest first, at most limit.
func (s *Store) LatestGaps(ctx context.Context, since time.Time, limit int) ([]Gap, error) {
	rows, _ := s.pool.Query(ctx, selectGaps+` where to_at > $1 order by id desc limit $2`, storable(since), limit)
	gaps, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Gap])
	if err != nil {
		return nil, fmt.Errorf("read the latest gaps: %w", err)
	}
	return gaps, nil
}
