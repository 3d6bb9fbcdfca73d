package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// selectClipsThen is selectClips with every clip as it stood at $5, by its history.
// A clip without a state by then did not exist. What encoding left behind is told
// of clips that were encoded by then for the last time: of a file that was made
// anew since, only the new one is known, and so nothing is told.
var selectClipsThen = strings.Replace(selectClips, "from clips", `from (
		select c.clip_id, c.creator_id, c.creator, c.title, c.source_title, c.platform, c.channel, c.message_id, c.requested_by,
			c.clipper, c.requested_at, c.start_at, c.end_at, c.destination, h.state, h.seq,
			case h.state when 'failed' then h.reason else '' end as reason,
			case when h.state = 'failed' and h.seq = c.seq then c.failure_code else '' end as failure_code,
			case when made.at <= $5 then c.output_path else '' end as output_path,
			case when made.at <= $5 then c.thumbnail else '' end as thumbnail,
			case when made.at <= $5 then c.duration_ms else 0 end as duration_ms,
			case when made.at <= $5 then c.bytes else 0 end as bytes,
			case when made.at <= $5 then c.sha256 else '' end as sha256,
			case when made.at <= $5 then c.gaps else '[]' end as gaps,
			case h.state when 'published' then c.url else '' end as url,
			c.created_at, h.at as updated_at, case when c.published_at <= $5 then c.published_at end as published_at
		from clips c
		cross join lateral (
			select state, seq, reason, at from clip_state_history where clip_id = c.clip_id and at <= $5 order by seq desc limit 1) h
		cross join lateral (select max(at) as at from clip_state_history where clip_id = c.clip_id and state = 'encoded') made
	) clips`, 1)

// FirstRecord returns the moment of the oldest row with a history, of clips, polls,
// tallies and scoreboards, and the zero time when there is none: nothing can be told
// of what was before.
func (s *Store) FirstRecord(ctx context.Context) (at time.Time, err error) {
	err = s.pool.QueryRow(ctx, `
		select least(
			(select min(at) from clip_state_history), (select min(created_at) from polls),
			(select min(created_at) from tallies), (select min(created_at) from scoreboards))`).Scan(orZero(&at))
	if err != nil {
		return time.Time{}, fmt.Errorf("look for the first record: %w", err)
	}
	return at, nil
}
