package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// captureLease is how long a recorder that is not heard of keeps others of its
// creator from recording: several of its writes, and less than it takes until its
// work is given to another process.
const captureLease = 10 * time.Second

// StateStandby is the state of a capture whose creator is recorded by another
// one, that of another platform, and that takes over when that one ends.
const StateStandby = "standby"

// selectHolder reads the recorder of another stream that records a creator now.
// Attempts at one stream are Temporal's to keep apart.
var selectHolder = fmt.Sprintf(`
	select creator_id, stream_id, host, platform, dir, state, error, oldest_at, newest_at, started_at, updated_at, ended_at,
		segments, bytes, gaps
	from captures where creator_id = $1 and stream_id <> $2 and ended_at is null and state not in ('standby', 'failed')
		and updated_at > now() - interval '%d seconds'
	order by updated_at desc limit 1`, int(captureLease.Seconds()))

// TakeCapture saves where a recorder stands, as SaveCapture does, if no recorder
// of another of the creator's streams is at work, or if over says that it may be
// replaced; that one finds out when it saves the next time. Otherwise it changes
// nothing and returns that recorder. Of several that ask at once one gets it.
func (s *Store) TakeCapture(ctx context.Context, c Capture, over func(holder Capture) bool) (holder *Capture, err error) {
	var events []RuntimeEvent
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('capture:' || $1, 0))`, c.CreatorID); err != nil {
			return err
		}
		if holder, err = holderOf(ctx, tx, c); err != nil {
			return err
		}
		if holder != nil && (over == nil || !over(*holder)) {
			return nil
		}
		holder = nil
		// Also those that are not heard of any more: should one of them wake up,
		// it is on standby.
		if _, err := tx.Exec(ctx, `
			update captures set state = 'standby', error = '', ended_at = updated_at
			where creator_id = $1 and stream_id <> $2 and ended_at is null and state not in ('standby', 'failed')`,
			c.CreatorID, c.StreamID); err != nil {
			return err
		}
		events, err = saveCapture(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take the capture of %s: %w", c.CreatorID, err)
	}
	return holder, s.addRuntimeEvents(ctx, events)
}

// AwaitCapture returns the recorder that records another of the creator's streams
// now, and notes that the given one stands by for it; what that one recorded
// before stays. Without such a recorder it changes nothing and returns nil.
func (s *Store) AwaitCapture(ctx context.Context, c Capture) (holder *Capture, err error) {
	if holder, err = holderOf(ctx, s.pool, c); err != nil || holder == nil {
		return nil, err
	}
	_, err = s.pool.Exec(ctx, `
		insert into captures (creator_id, stream_id, host, platform, dir, state, error, started_at, ended_at)
		values ($1, $2, $3, $4, $5, 'standby', $6, coalesce($7, now()), now())
		on conflict (creator_id, stream_id, host) do update set
			state = 'standby', error = excluded.error, ended_at = coalesce(captures.ended_at, now()), updated_at = now()`,
		c.CreatorID, c.StreamID, c.Host, c.Platform, c.Dir, c.Error, nullable(c.StartedAt))
	if err != nil {
		return nil, fmt.Errorf("note that a capture of %s stands by: %w", c.CreatorID, err)
	}
	return holder, nil
}

// LeaveStandby notes that a capture no longer stands by, without saying anything
// of what it recorded before.
func (s *Store) LeaveStandby(ctx context.Context, c Capture) error {
	_, err := s.pool.Exec(ctx, `
		update captures set state = 'ended', error = '', updated_at = now()
		where creator_id = $1 and stream_id = $2 and host = $3 and state = 'standby'`, c.CreatorID, c.StreamID, c.Host)
	if err != nil {
		return fmt.Errorf("note that a capture of %s no longer stands by: %w", c.CreatorID, err)
	}
	return nil
}

// LatestCapture returns the capture of a creator on a host, of whatever stream,
// that recorded last, if that was no longer ago than within. It returns
// ErrNotFound when there is none.
func (s *Store) LatestCapture(ctx context.Context, creatorID, host string, within time.Duration) (Capture, error) {
	rows, _ := s.pool.Query(ctx, selectCaptures+`
		where creator_id = $1 and host = $2 and newest_at is not null and coalesce(ended_at, updated_at) > now() - $3::interval
		order by coalesce(ended_at, updated_at) desc limit 1`, creatorID, host, within)
	return oneRow(rows, scanCapture, "latest capture of "+creatorID)
}

func holderOf(ctx context.Context, q querier, c Capture) (*Capture, error) {
	rows, _ := q.Query(ctx, selectHolder, c.CreatorID, c.StreamID)
	found, err := pgx.CollectRows(rows, scanCapture)
	if err != nil {
		return nil, fmt.Errorf("look who records %s: %w", c.CreatorID, err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return &found[0], nil
}
