package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
)

// PlatformStatus is how a creator's connection to a platform is, as whoever holds
// the creator says.
type PlatformStatus struct {
	CreatorID     string
	Epoch         int64 // of who says so; only written, 0 for a creator that nobody ever claimed
	Platform      chat.Platform
	Channel       string
	State         connection.State
	Since         time.Time // when it came into this state; zero keeps what is known, or means now
	Error         string    // why it is in this state; empty for a healthy one
	LastHeartbeat time.Time // zero keeps the last one
	LastSuccess   time.Time // up to when all chat was read and stored; zero keeps the last one
	UpdatedAt     time.Time // set by the store
}

// SavePlatformStatus writes the states of connections, and a runtime event for
// each that changed. States of creators whose epoch is outdated are dropped: they
// are about connections that do not count any more. One that meets the claim of
// its creator may still be written; the new holder's own follows within seconds.
func (s *Store) SavePlatformStatus(ctx context.Context, statuses []PlatformStatus) error {
	var batch pgx.Batch
	var changed []RuntimeEvent
	for _, p := range statuses {
		batch.Queue(`
			with before as (select state from platform_status where creator_id = $1::text and platform = $2::text)
			insert into platform_status as s (creator_id, platform, channel, state, error, last_heartbeat, last_success, since)
			select $1::text, $2::text, $3::text, $4::text, $5::text, $6::timestamptz, $7::timestamptz, coalesce($9, now())
			where $8 = coalesce((select epoch from epochs where creator_id = $1), 0)
			on conflict (creator_id, platform) do update set
				channel = excluded.channel, state = excluded.state, error = excluded.error,
				last_heartbeat = coalesce(excluded.last_heartbeat, s.last_heartbeat),
				last_success = coalesce(excluded.last_success, s.last_success), updated_at = now(),
				since = case when $9::timestamptz is null and s.state = excluded.state then s.since else excluded.since end
			returning coalesce((select state from before), '')`,
			p.CreatorID, string(p.Platform), p.Channel, string(p.State), p.Error, nullable(p.LastHeartbeat), nullable(p.LastSuccess), p.Epoch,
			nullable(p.Since),
		).QueryRow(func(row pgx.Row) error {
			var before connection.State
			err := row.Scan(&before)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil // outdated
			}
			if event, worth := p.news(before); worth {
				changed = append(changed, event)
			}
			return err
		})
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("save the states of %d connections: %w", len(statuses), err)
	}
	return s.addRuntimeEvents(ctx, changed)
}

// news is the event for a connection that was in another state before.
func (p PlatformStatus) news(before connection.State) (RuntimeEvent, bool) {
	e := RuntimeEvent{Source: string(p.Platform), Severity: SeverityInfo, CreatorID: p.CreatorID}
	if p.State == before {
		return e, false
	}
	switch p.State {
	case connection.Live:
		e.Message = "Reading the chat of " + p.Channel
		if before == connection.Silent {
			e.Message = fmt.Sprintf("The chat of %s is no longer silent", p.Channel)
		}
	case connection.Inactive:
		e.Message = "No longer reading the chat of " + p.Channel
		return e, before != ""
	case connection.Degraded, connection.Silent, connection.Paused:
		e.Severity, e.Message = SeverityWarning, fmt.Sprintf("The chat of %s is %s: %s", p.Channel, p.State, p.Error)
	case connection.Quota:
		e.Severity, e.Message = SeverityWarning, fmt.Sprintf("The chat of %s waits for the platform's quota: %s", p.Channel, p.Error)
	case connection.NeedsLogin:
		e.Severity, e.Message = SeverityError, fmt.Sprintf("The chat of %s needs a login: %s", p.Channel, p.Error)
	default:
		return e, false // connecting and the like are on the way to something
	}
	return e, true
}

// PlatformStatuses returns the state of every connection, by creator and platform.
func (s *Store) PlatformStatuses(ctx context.Context) ([]PlatformStatus, error) {
	rows, _ := s.pool.Query(ctx, `
		select creator_id, platform, channel, state, since, error, last_heartbeat, last_success, updated_at
		from platform_status order by creator_id, platform`)
	statuses, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p PlatformStatus, err error) {
		err = row.Scan(&p.CreatorID, &p.Platform, &p.Channel, &p.State, &p.Since, &p.Error, orZero(&p.LastHeartbeat), orZero(&p.LastSuccess), &p.UpdatedAt)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the states of connections: %w", err)
	}
	return statuses, nil
}

// Counter is what happened in a creator's chat on one platform since the beginning.
type Counter struct {
	CreatorID     string
	Platform      chat.Platform
	Messages      int64
	Triggers      int64
	Actions       int64
	ActionsFailed int64
	LastEventAt   time.Time // zero when nothing was seen yet
}

// Counters returns every counter, by creator and platform.
func (s *Store) Counters(ctx context.Context) ([]Counter, error) {
	rows, _ := s.pool.Query(ctx, `
		select creator_id, platform, messages, triggers, actions, actions_failed, last_event_at
		from counters order by creator_id, platform`)
	counters, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Counter, err error) {
		err = row.Scan(&c.CreatorID, &c.Platform, &c.Messages, &c.Triggers, &c.Actions, &c.ActionsFailed, orZero(&c.LastEventAt))
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the counters: %w", err)
	}
	return counters, nil
}
