package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// Wording is what a clip is called.
type Wording struct {
	Title       string // with the marker
	SourceTitle string // what the stream or the requester called the moment
}

// ClipWording returns what a clip is to be called where it is published. Words of a
// message that was taken out of chat since it asked for the clip do not count any
// more: the clip is then called after the stream, in its row and its job's as well. That
// a trigger tidies up after commands says nothing about their words. A clip that does
// not exist gives ErrNotFound.
func (s *Store) ClipWording(ctx context.Context, clipID string) (Wording, error) {
	var w Wording
	var creator, clipper, stream string
	var requestedAt time.Time
	var taken bool
	err := s.pool.QueryRow(ctx, `
		select c.title, c.source_title, c.creator, c.clipper, c.requested_at,
			coalesce((select t.title from streams t where t.creator_id = c.creator_id and t.platform = c.platform
				and t.started_at <= c.requested_at order by t.started_at desc limit 1), ''),
			c.message_id <> '' and exists (select from chat_events e where e.creator_id = c.creator_id and e.platform = c.platform
				and e.message_id = c.message_id
				and e.day between (c.requested_at at time zone 'UTC')::date - 1 and (c.requested_at at time zone 'UTC')::date + 1
				and (`+sweptAway+` or `+struckOut+` and not `+tidied+`))
		from clips c where c.clip_id = $1`, clipID).
		Scan(&w.Title, &w.SourceTitle, &creator, &clipper, &requestedAt, &stream, &taken)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return w, fmt.Errorf("find the title of clip %s: %w", clipID, ErrNotFound)
	case err != nil:
		return w, fmt.Errorf("find the title of clip %s: %w", clipID, err)
	case !taken:
		return w, nil
	}
	plain := clip.Clean(stream)
	if plain == "" {
		plain = creator + " Livestream"
	}
	if plain == w.SourceTitle {
		return w, nil
	}
	w = Wording{Title: clip.Title(plain, clipper, requestedAt, clipID), SourceTitle: plain}
	_, err = s.pool.Exec(ctx, `
		with renamed as (update clips set title = $2, source_title = $3, updated_at = now() where clip_id = $1)
		update clip_jobs set payload = payload || jsonb_build_object('source_title', $3::text) where clip_id = $1`,
		clipID, w.Title, w.SourceTitle)
	if err != nil {
		return w, fmt.Errorf("rename clip %s, whose message was taken out of chat: %w", clipID, err)
	}
	return w, nil
}
