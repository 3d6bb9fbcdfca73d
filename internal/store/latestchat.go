package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Firing is a chat message and a trigger that fired on it.
type Firing struct {
	Decision
	// Event is the message; only its key and its place are known when it is not
	// kept any more, and no text and names unless the creator has them recorded.
	Event Event
}

// LatestFirings returns the messages on which triggers fired last, of all
// creators, the newest first, at most limit. It finds each message by its lane's
// sequence, within a day of its decision: chat is kept in a partition for each day.
func (s *Store) LatestFirings(ctx context.Context, limit int) ([]Firing, error) {
	rows, _ := s.pool.Query(ctx, `
		select d.creator_id, d.lane_seq, d.trigger_id, d.platform, d.message_id, d.decided_at, d.author,
			coalesce(e.channel, ''), coalesce(e.author_id, ''), coalesce(e.author_login, ''), coalesce(e.author_name, ''),
			case when `+deleted+` then '' else coalesce(e.text, '') end, coalesce(e.sent_at, d.decided_at)
		from (
			select * from decisions
			where outcome = 'fired' and message_id <> '' and platform <> 'operator' -- as the index has it
			order by decided_at desc, creator_id, lane_seq desc, trigger_id limit $1
		) d
		left join lateral (
			select * from chat_events e where e.creator_id = d.creator_id and e.lane_seq = d.lane_seq
				and e.day between (d.decided_at at time zone 'UTC')::date - 1 and (d.decided_at at time zone 'UTC')::date + 1
			limit 1
		) e on true
		order by d.decided_at desc, d.creator_id, d.lane_seq desc, d.trigger_id`, limit)
	firings, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Firing, err error) {
		e := &f.Event
		err = row.Scan(&f.CreatorID, &f.LaneSeq, &f.TriggerID, &f.Key.Platform, &f.Key.MessageID, &f.At, &f.Author,
			&e.Channel, &e.Author.ID, &e.Author.Login, &e.Author.Name, &e.Text, &e.SentAt)
		f.Fired = true
		e.CreatorID, e.LaneSeq, e.Platform, e.MessageID = f.CreatorID, f.LaneSeq, f.Key.Platform, f.Key.MessageID
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the latest firings: %w", err)
	}
	return firings, nil
}

// LatestMessages returns the newest messages with a text of the given creators that
// were not taken out of chat, the newest first, at most limit.
func (s *Store) LatestMessages(ctx context.Context, creatorIDs []string, limit int) ([]Event, error) {
	if len(creatorIDs) == 0 {
		return nil, nil
	}
	// The newest messages are those of the creators whose chats moved last.
	rows, _ := s.pool.Query(ctx, `
		select newest.* from (
			select creator_id from counters where creator_id = any($1)
			group by creator_id order by max(last_event_at) desc nulls last, creator_id limit $2
		) c
		cross join lateral (
			select `+eventFields+` from chat_events e where e.creator_id = c.creator_id and e.text <> '' and not `+deleted+`
			order by e.lane_seq desc limit $2
		) newest
		order by newest.sent_at desc, newest.creator_id, newest.lane_seq desc limit $2`, creatorIDs, limit)
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return nil, fmt.Errorf("read the latest messages of %d creators: %w", len(creatorIDs), err)
	}
	return events, nil
}
