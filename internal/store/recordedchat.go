package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// RecordedChat is how much of a stretch of a creator's log on one platform people
// may read again.
type RecordedChat struct {
	CreatorID string
	Platform  chat.Platform
	Events    int64 // in the stretch, readable or not
	Texts     int64 // readable ones
	Last      time.Time
	ToSeq     int64 // place of the last event of this platform in the stretch
}

// CountRecorded counts a stretch of each creator's log: of what lies behind the given
// places in the lanes' sequences, at most limit events of each creator. Fewer events
// of a creator than limit mean that there is nothing behind the stretch.
func (s *Store) CountRecorded(ctx context.Context, after map[string]int64, limit int) ([]RecordedChat, error) {
	creators := slices.Sorted(maps.Keys(after))
	places := make([]int64, len(creators))
	for i, id := range creators {
		places[i] = after[id]
	}
	rows, _ := s.pool.Query(ctx, `
		select c.creator_id, e.platform, count(*), count(*) filter (where e.text <> ''),
			coalesce(max(e.sent_at) filter (where e.text <> ''), '0001-01-01Z'), max(e.lane_seq)
		from unnest($1::text[], $2::bigint[]) as c (creator_id, after)
		cross join lateral (
			select platform, text, sent_at, lane_seq from chat_events
			where chat_events.creator_id = c.creator_id and lane_seq > c.after order by lane_seq limit $3
		) e
		group by c.creator_id, e.platform order by c.creator_id, e.platform`, creators, places, limit)
	counts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[RecordedChat])
	if err != nil {
		return nil, fmt.Errorf("count the recorded chat of %d creators: %w", len(creators), err)
	}
	return counts, nil
}
