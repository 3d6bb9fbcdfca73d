package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Broadcast is one broadcast of a creator on a platform and whether chat of it can
// be read again.
type Broadcast struct {
	CreatorID string
	Platform  chat.Platform
	StreamID  string // the platform's own id
	Title     string
	StartedAt time.Time
	EndedAt   time.Time // zero while it is live
	SeenAt    time.Time // when it was last seen live
	Texts     bool      // texts of its chat are kept
}

// BroadcastFilter chooses broadcasts.
type BroadcastFilter struct {
	CreatorIDs []string // whose; none gives none
	Platform   chat.Platform
	StreamID   string // one broadcast on Platform; empty for all on all platforms
	Ended      bool   // only those that ended
	Limit      int
}

// What takes a message e out of chat: the runtime because of a trigger, a deletion that
// chat tells of, and a ban of its author or the end of all of its chat so far.
const (
	tidied = `exists (select from outbox o where o.dedupe_key = 'delete:' || e.platform || ':' || e.message_id
		and o.state in ('pending', 'sending', 'sent'))`
	struckOut = `exists (select from chat_events d where d.platform = e.platform and d.target = e.message_id and d.target <> '' and d.kind = 'deletion')`
	sweptAway = `(exists (select from chat_events d where d.platform = e.platform and d.target = e.author_id and d.target <> '' and d.kind = 'ban'
			and d.creator_id = e.creator_id and d.lane_seq > e.lane_seq)
		or exists (select from chat_events d where d.kind = 'clear' and d.creator_id = e.creator_id and d.platform = e.platform
			and d.channel = e.channel and d.lane_seq > e.lane_seq))`
)

// deleted says that a message e was taken out of chat, or is about to be: by the
// runtime, by a moderator, with everything that its author wrote, or with all of its chat.
const deleted = `(` + tidied + ` or ` + struckOut + ` or ` + sweptAway + `)`

// shown are the messages of a creator on a platform, sent between two moments, that
// people may read again: with a text, and not taken out of chat since. The days name
// the partitions to look into.
const shown = `
	from chat_events e where e.creator_id = %[1]s and e.platform = %[2]s
		and e.day between (%[3]s::timestamptz at time zone 'UTC')::date and (%[4]s::timestamptz at time zone 'UTC')::date
		and e.sent_at between %[3]s and %[4]s and e.text <> '' and not ` + deleted

// Broadcasts returns the broadcasts that the filter chooses, the newest first.
func (s *Store) Broadcasts(ctx context.Context, f BroadcastFilter) ([]Broadcast, error) {
	if len(f.CreatorIDs) == 0 {
		return nil, nil
	}
	rows, _ := s.pool.Query(ctx, `
		select creator_id, platform, stream_id, title, started_at, ended_at, seen_at,
			exists (select `+fmt.Sprintf(shown, "b.creator_id", "b.platform", "b.started_at", "coalesce(b.ended_at, now())")+`)
		from (
			select * from streams where creator_id = any($1) and (not $2 or ended_at is not null)
				and ($3 = '' or platform = $4 and stream_id = $3)
			order by started_at desc, creator_id, platform, stream_id limit $5
		) b
		order by started_at desc, creator_id, platform, stream_id`,
		f.CreatorIDs, f.Ended, f.StreamID, string(f.Platform), f.Limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Broadcast, err error) {
		err = row.Scan(&b.CreatorID, &b.Platform, &b.StreamID, &b.Title, &b.StartedAt, orZero(&b.EndedAt), &b.SeenAt, &b.Texts)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the broadcasts of %d creators: %w", len(f.CreatorIDs), err)
	}
	return found, nil
}

// MessageFilter chooses messages of a broadcast.
type MessageFilter struct {
	From, To time.Time // when they were sent, both ends included; zero for the broadcast's own
	After    int64     // places in the lane's sequence behind this one
	Newest   bool      // the newest ones instead of the first ones
	Limit    int
}

// Messages returns messages of a broadcast that people may read again, in the order
// of the lane.
func (s *Store) Messages(ctx context.Context, b Broadcast, f MessageFilter) ([]Event, error) {
	from, to := b.StartedAt, b.EndedAt
	if to.IsZero() {
		to = latest
	}
	if f.From.After(from) {
		from = f.From
	}
	if !f.To.IsZero() && f.To.Before(to) {
		to = f.To
	}
	order := "asc"
	if f.Newest {
		order = "desc"
	}
	rows, _ := s.pool.Query(ctx, `
		select * from (
			select `+eventFields+fmt.Sprintf(shown, "$1", "$2", "$3", "$4")+` and e.lane_seq > $5
			order by e.lane_seq `+order+` limit $6
		) chosen order by lane_seq`,
		b.CreatorID, string(b.Platform), storable(from), storable(to), f.After, f.Limit)
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return nil, fmt.Errorf("read the chat of broadcast %s of %s: %w", b.StreamID, b.CreatorID, err)
	}
	return events, nil
}
