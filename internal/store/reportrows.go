package store

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/lag"
)

// ReportDelta is by how much the report of one broadcast grows.
type ReportDelta struct {
	Platform chat.Platform
	StreamID string

	Messages   int64 // stored
	History    int64 // of those, from before the reader came
	Late       int64 // of those, handed over long after they were written
	Duplicates int64 // dropped
	Reconnects int64 // how often the channel was read again after it was not

	FirstEventAt, LastEventAt time.Time // when messages were received; zero without any
	// Lag is how long messages took from when they were written, by the platform's
	// clock, until their commit began.
	Lag     lag.Histogram
	Sources []string // how chat was read, without commas
	// Via is how many of the messages came which way; of those that came in an unsaid
	// way nothing is told.
	Via [chat.Vias]int64
}

// ways are the ways in which messages came, as an object of the database.
func (d *ReportDelta) ways() (sources []string, counts string) {
	sources = d.Sources
	var text strings.Builder
	for via, n := range d.Via {
		name := chat.Via(via).String()
		if n == 0 || name == "" {
			continue
		}
		if !slices.Contains(sources, name) {
			sources = append(slices.Clip(sources), name)
		}
		if text.Len() > 0 {
			text.WriteByte(',')
		}
		text.WriteString(`"` + name + `":` + strconv.FormatInt(n, 10))
	}
	return sources, "{" + text.String() + "}"
}

func queueReports(b *pgx.Batch, lanes []LaneCommit) {
	var creators, platforms, streams, lags, sources, ways []string
	var messages, history, late, duplicates, reconnects, longest []int64
	var first, last []zeronull.Timestamptz
	for i := range lanes {
		for j := range lanes[i].Reports {
			d := &lanes[i].Reports[j]
			creators, platforms, streams = append(creators, lanes[i].CreatorID), append(platforms, string(d.Platform)), append(streams, d.StreamID)
			messages, history, late = append(messages, d.Messages), append(history, d.History), append(late, d.Late)
			duplicates, reconnects = append(duplicates, d.Duplicates), append(reconnects, d.Reconnects)
			first, last = append(first, nullable(d.FirstEventAt)), append(last, nullable(d.LastEventAt))
			lags, longest = append(lags, bucketText(&d.Lag)), append(longest, d.Lag.Max.Milliseconds())
			names, counts := d.ways()
			sources, ways = append(sources, strings.Join(names, ",")), append(ways, counts)
		}
	}
	if len(creators) == 0 {
		return
	}
	b.Queue(`
		insert into ingest_reports as r (creator_id, platform, stream_id, messages, history, late, duplicates, reconnects,
			first_event_at, last_event_at, lag, lag_max_ms, sources, source_messages)
		select creator_id, platform, stream_id, messages, history, late, duplicates, reconnects,
			first_at, last_at, lag::bigint[], lag_max, string_to_array(source, ','), ways::jsonb
		from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
			$9::timestamptz[], $10::timestamptz[], $11::text[], $12::bigint[], $13::text[], $14::text[])
			as d (creator_id, platform, stream_id, messages, history, late, duplicates, reconnects, first_at, last_at, lag, lag_max, source, ways)
		on conflict (creator_id, platform, stream_id) do update set
			messages = r.messages + excluded.messages, history = r.history + excluded.history, late = r.late + excluded.late,
			duplicates = r.duplicates + excluded.duplicates, reconnects = r.reconnects + excluded.reconnects,
			first_event_at = least(r.first_event_at, excluded.first_event_at),
			last_event_at = greatest(r.last_event_at, excluded.last_event_at),
			lag = (select coalesce(array_agg(coalesce(a, 0) + coalesce(b, 0) order by n), '{}')
				from unnest(r.lag, excluded.lag) with ordinality as both_of (a, b, n)),
			lag_max_ms = greatest(r.lag_max_ms, excluded.lag_max_ms),
			sources = case when excluded.sources <@ r.sources then r.sources
				else (select array_agg(distinct s order by s) from unnest(r.sources || excluded.sources) as s) end,
			source_messages = case when excluded.source_messages = '{}' then r.source_messages else (
				select jsonb_object_agg(key, n) from (
					select key, sum(value::bigint) as n from (
						select * from jsonb_each_text(r.source_messages) union all select * from jsonb_each_text(excluded.source_messages)
					) as ways group by key
				) as summed) end`,
		creators, platforms, streams, messages, history, late, duplicates, reconnects, first, last, lags, longest, sources, ways)
}

// bucketText writes a histogram as an array of the database, up to its last bucket
// that holds something.
func bucketText(h *lag.Histogram) string {
	n := len(h.Counts)
	for n > 0 && h.Counts[n-1] == 0 {
		n--
	}
	text := make([]byte, 0, 2+4*n)
	text = append(text, '{')
	for i, count := range h.Counts[:n] {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, count, 10)
	}
	return string(append(text, '}'))
}
