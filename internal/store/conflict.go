package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// errInboxConsumed says that an inbox row of a commit was consumed before.
var errInboxConsumed = errors.New("an inbox row was consumed already")

// ConflictError says that a commit held things that exist already; nothing of it
// was written. It names which.
type ConflictError struct {
	Messages   []chat.Key // stored by an earlier commit
	Repeated   []chat.Key // given more than once in this commit
	ClipIDs    []string   // taken by other clips
	OutboxKeys []string   // dedupe keys written before
	InboxIDs   []int64    // inbox rows that were consumed before or are not the lane's
	TakenKeys  []string   // dedupe keys of inputs of lanes' own that were written before
	Err        error      // what the database said
}

// Error implements error.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("already stored: %d messages (%d given more than once), %d clips, %d outbox rows, %d inbox rows consumed, %d inputs: %v",
		len(e.Messages), len(e.Repeated), len(e.ClipIDs), len(e.OutboxKeys), len(e.InboxIDs), len(e.TakenKeys), e.Err)
}

// Unwrap returns what the database said.
func (e *ConflictError) Unwrap() error { return e.Err }

func (e *ConflictError) empty() bool {
	return len(e.Messages)+len(e.Repeated)+len(e.ClipIDs)+len(e.OutboxKeys)+len(e.InboxIDs)+len(e.TakenKeys) == 0
}

// explain finds out which of the things given made a commit fail. It is called
// after the transaction was rolled back. When it cannot tell, it returns the
// error as it is.
func (c *Committer) explain(ctx context.Context, lanes []LaneCommit, err error) error {
	var pgErr *pgconn.PgError
	switch {
	case errors.Is(err, errInboxConsumed):
		return c.findConflict(ctx, lanes, err)
	case !errors.As(err, &pgErr):
		return err
	case pgErr.Code == "23505": // unique_violation
		return c.findConflict(ctx, lanes, err)
	case strings.HasPrefix(pgErr.Code, "22"), pgErr.Code == "54000": // data exceptions, an index entry too long
		if bad := findBadRow(lanes, err); bad != nil {
			return bad
		}
	}
	return err
}

func (c *Committer) findConflict(ctx context.Context, lanes []LaneCommit, cause error) error {
	conflict := &ConflictError{Err: cause}
	var batch pgx.Batch
	conflict.queueMessages(&batch, lanes)
	conflict.queueClipsAndOutbox(&batch, lanes)
	conflict.queueInbox(&batch, lanes)
	if err := c.conn.SendBatch(ctx, &batch).Close(); err != nil {
		return errors.Join(cause, fmt.Errorf("look for what exists already: %w", err))
	}
	if conflict.empty() {
		return cause
	}
	return conflict
}

func (e *ConflictError) queueMessages(b *pgx.Batch, lanes []LaneCommit) {
	type identity struct {
		day int32
		key chat.Key
	}
	var days []int32
	var platforms, ids []string
	times := map[identity]int{}
	for i := range lanes {
		for j := range lanes[i].Events {
			event := &lanes[i].Events[j]
			id := identity{day(storable(event.SentAt)), event.Key()}
			times[id]++
			switch times[id] {
			case 1:
				days = append(days, id.day)
				platforms, ids = append(platforms, string(id.key.Platform)), append(ids, id.key.MessageID)
			case 2:
				e.Repeated = append(e.Repeated, id.key)
			}
		}
	}
	b.Queue(`
		select chat_events.platform, chat_events.message_id from chat_events
		join unnest($1::integer[], $2::text[], $3::text[]) as given (day, platform, message_id)
		on chat_events.day = date '2000-01-01' + given.day
			and chat_events.platform = given.platform and chat_events.message_id = given.message_id`, days, platforms, ids).
		Query(func(rows pgx.Rows) (err error) {
			e.Messages, err = pgx.CollectRows(rows, pgx.RowToStructByPos[chat.Key])
			return err
		})
}

func (e *ConflictError) queueClipsAndOutbox(b *pgx.Batch, lanes []LaneCommit) {
	var clips, keys []string
	for i := range lanes {
		for j := range lanes[i].Clips {
			clips = append(clips, lanes[i].Clips[j].ClipID)
		}
		for j := range lanes[i].Outbox {
			keys = append(keys, lanes[i].Outbox[j].DedupeKey)
		}
	}
	b.Queue(`select clip_id from clips where clip_id = any($1) order by clip_id`, clips).Query(func(rows pgx.Rows) (err error) {
		e.ClipIDs, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	b.Queue(`select dedupe_key from outbox where dedupe_key = any($1) order by dedupe_key`, keys).Query(func(rows pgx.Rows) (err error) {
		e.OutboxKeys, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
}

func (e *ConflictError) queueInbox(b *pgx.Batch, lanes []LaneCommit) {
	var creators, keys []string
	var ids []int64
	for i := range lanes {
		for id := range lanes[i].InboxDone {
			creators, ids = append(creators, lanes[i].CreatorID), append(ids, id)
		}
		for _, taken := range lanes[i].Taken {
			keys = append(keys, taken.DedupeKey)
		}
	}
	b.Queue(`select dedupe_key from inbox where dedupe_key = any($1) order by dedupe_key`, keys).Query(func(rows pgx.Rows) (err error) {
		e.TakenKeys, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	b.Queue(`
		select given.id from unnest($1::text[], $2::bigint[]) as given (creator_id, id)
		where not exists (select from inbox
			where inbox.id = given.id and inbox.creator_id = given.creator_id and inbox.lane_seq is null)
		order by given.id`, creators, ids).
		Query(func(rows pgx.Rows) (err error) {
			e.InboxIDs, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
}
