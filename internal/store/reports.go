package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/lag"
)

// StreamReport says how completely the chat of one broadcast was taken in. Messages
// count for the broadcast of which the creator's lane knew when it took them in.
type StreamReport struct {
	CreatorID string
	Platform  chat.Platform
	StreamID  string
	Channel   string
	Title     string
	StartedAt time.Time // by the platform
	EndedAt   time.Time // zero while it is on
	// Until is when the broadcast ended, or up to when it is known to be on.
	Until time.Time

	Messages   int64 // stored
	History    int64 // of those, from before the reader came
	Late       int64 // of those, handed over long after they were written
	Duplicates int64 // dropped
	Reconnects int64

	FirstEventAt, LastEventAt time.Time // when messages were received; zero without any
	Lag                       lag.Histogram
	Sources                   []string // how chat was read, sorted
	// SourceMessages is how many of the messages came which way, where that is known.
	SourceMessages map[string]int64

	Gaps     int64         // stretches of chat that were lost during the broadcast
	GapTime  time.Duration // of the broadcast that they cover together
	Lost     int64         // messages known to be lost
	Overflow int64         // of those, because they did not fit into a queue
	Windows  []Gap         // the gaps, the oldest first; only where they were asked for
}

// Share is which part of the broadcast gaps cover, from 0 to 1.
func (r *StreamReport) Share() float64 {
	whole := r.Until.Sub(r.StartedAt)
	if whole <= 0 {
		return 0
	}
	return min(1, float64(r.GapTime)/float64(whole))
}

// ReportFilter says which reports are wanted. Zero values are no condition.
type ReportFilter struct {
	CreatorID string
	StreamID  string
	Limit     int
}

// StreamReports returns reports of broadcasts, the one that began last first, without
// their windows.
func (s *Store) StreamReports(ctx context.Context, f ReportFilter) ([]StreamReport, error) {
	rows, _ := s.pool.Query(ctx, `
		with wanted as (
			select s.creator_id, s.platform, s.stream_id, s.channel, s.title, s.started_at, s.ended_at,
				coalesce(s.ended_at, greatest(s.started_at, s.seen_at, r.last_event_at)) as until,
				coalesce(messages, 0) as messages, coalesce(history, 0) as history, coalesce(late, 0) as late,
				coalesce(duplicates, 0) as duplicates, coalesce(reconnects, 0) as reconnects,
				first_event_at, last_event_at, coalesce(lag, '{}') as lag, coalesce(lag_max_ms, 0) as lag_max_ms,
				coalesce(sources, '{}') as sources, coalesce(source_messages, '{}') as source_messages
			from streams s left join ingest_reports r
				on r.creator_id = s.creator_id and r.platform = s.platform and r.stream_id = s.stream_id
			where ($1 = '' or s.creator_id = $1) and ($2 = '' or s.stream_id = $2)
			order by s.started_at desc, s.creator_id, s.platform, s.stream_id
			limit nullif($3, 0)
		)
		select w.*, g.gaps, g.lost, g.overflow, coalesce((select sum(upper(part) - lower(part)) from unnest(g.covered) as part), interval '0')
		from wanted w cross join lateral (
			select count(*) as gaps, coalesce(sum(lost), 0)::bigint as lost,
				coalesce(sum(lost) filter (where reason = 'overflow'), 0)::bigint as overflow,
				range_agg(tstzrange(greatest(from_at, w.started_at), least(to_at, w.until))) as covered
			from gaps where creator_id = w.creator_id and platform = w.platform
				and from_at <= to_at and from_at <= w.until and to_at >= w.started_at
		) g
		order by w.started_at desc, w.creator_id, w.platform, w.stream_id`, f.CreatorID, f.StreamID, f.Limit)
	reports, err := pgx.CollectRows(rows, scanReport)
	if err != nil {
		return nil, fmt.Errorf("read the reports of broadcasts: %w", err)
	}
	return reports, nil
}

func scanReport(row pgx.CollectableRow) (r StreamReport, err error) {
	var counts []int64
	var longest int64
	err = row.Scan(&r.CreatorID, &r.Platform, &r.StreamID, &r.Channel, &r.Title, &r.StartedAt, orZero(&r.EndedAt), &r.Until,
		&r.Messages, &r.History, &r.Late, &r.Duplicates, &r.Reconnects, orZero(&r.FirstEventAt), orZero(&r.LastEventAt),
		&counts, &longest, &r.Sources, &r.SourceMessages, &r.Gaps, &r.Lost, &r.Overflow, &r.GapTime)
	copy(r.Lag.Counts[:], counts)
	r.Lag.Max = time.Duration(longest) * time.Millisecond
	return r, err
}

// FillWindows reads the gaps of each report into its Windows, the newest of them, at
// most perReport; 0 is no limit.
func (s *Store) FillWindows(ctx context.Context, reports []StreamReport, perReport int) error {
	creators, platforms := make([]string, len(reports)), make([]string, len(reports))
	from, until := make([]time.Time, len(reports)), make([]time.Time, len(reports))
	for i := range reports {
		r := &reports[i]
		creators[i], platforms[i] = r.CreatorID, string(r.Platform)
		from[i], until[i] = storable(r.StartedAt), storable(r.Until)
		r.Windows = []Gap{}
	}
	rows, _ := s.pool.Query(ctx, `
		select w.n, g.creator_id, g.platform, g.channel, g.reason, g.from_at, g.to_at, g.lost
		from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) with ordinality as w (creator_id, platform, from_at, until, n)
		cross join lateral (
			select * from gaps where creator_id = w.creator_id and platform = w.platform
				and from_at <= to_at and from_at <= w.until and to_at >= w.from_at
			order by from_at desc, id desc limit nullif($5, 0)
		) g
		order by w.n, g.from_at, g.id`, creators, platforms, from, until, perReport)
	var n int
	var g Gap
	_, err := pgx.ForEachRow(rows, []any{&n, &g.CreatorID, &g.Platform, &g.Channel, &g.Reason, &g.From, &g.To, &g.Lost}, func() error {
		reports[n-1].Windows = append(reports[n-1].Windows, g)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the gaps of %d broadcasts: %w", len(reports), err)
	}
	return nil
}
