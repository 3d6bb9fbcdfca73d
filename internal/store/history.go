package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// selectClipsThen is selectClips with every clip as it stood at $5, by its history.
// A clip without a state by then did not exist. What encoding left behind is told by
// the change that says so; one of an earlier version of this program does not, and is
// told by the clip itself unless the file was made anew since.
var selectClipsThen = strings.Replace(selectClips, "from clips", `from (
		select c.clip_id, c.creator_id, c.creator, c.title, c.source_title, c.platform, c.channel, c.message_id, c.requested_by,
			c.clipper, c.requested_at, c.start_at, c.end_at, c.destination, h.state, h.seq,
			case h.state when 'failed' then h.reason else '' end as reason,
			case when h.state = 'failed' and h.seq = c.seq then c.failure_code else '' end as failure_code,
			coalesce(made.output_path, '') as output_path, coalesce(made.thumbnail, '') as thumbnail,
			coalesce(made.duration_ms, 0) as duration_ms, coalesce(made.bytes, 0) as bytes,
			coalesce(made.sha256, '') as sha256, coalesce(made.gaps, '[]') as gaps,
			case h.state when 'published' then c.url else '' end as url,
			c.created_at, h.at as updated_at, case when c.published_at <= $5 then c.published_at end as published_at
		from clips c
		cross join lateral (
			select state, seq, reason, at from clip_state_history where clip_id = c.clip_id and at <= $5 order by seq desc limit 1) h
		left join lateral (
			select seq, made from clip_state_history where clip_id = c.clip_id and state = 'encoded' and at <= $5 order by seq desc limit 1
		) encoded on true
		left join lateral jsonb_to_record(coalesce(encoded.made, case when not exists (
				select from clip_state_history where clip_id = c.clip_id and state = 'encoded' and seq > encoded.seq) then to_jsonb(c) end))
			as made (output_path text, thumbnail text, duration_ms bigint, bytes bigint, sha256 text, gaps jsonb) on encoded.seq is not null
	) clips`, 1)

// FirstRecord returns the moment of the oldest row with a history, of clips, polls,
// tallies, scoreboards and counters, and the zero time when there is none: nothing can be told
// of what was before.
func (s *Store) FirstRecord(ctx context.Context) (at time.Time, err error) {
	err = s.pool.QueryRow(ctx, `
		select least(
			(select min(at) from clip_state_history), (select min(created_at) from polls),
			(select min(created_at) from tallies), (select min(created_at) from scoreboards), (select min(changed_at) from counter_changes))`).Scan(orZero(&at))
	if err != nil {
		return time.Time{}, fmt.Errorf("look for the first record: %w", err)
	}
	return at, nil
}
