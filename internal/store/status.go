package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

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

// LetGo reports whether the row is the last word of somebody who let go of the creator:
// nobody vouches for it since. A channel that is held and has nothing to read, because
// its broadcast is over, is inactive as well, and vouched for.
func (p *PlatformStatus) LetGo() bool {
	return p.State == connection.Inactive && p.LastHeartbeat.Before(p.Since)
}

// SavePlatformStatus writes the states of connections, and a runtime event for
// each that changed. States of creators whose epoch is outdated are dropped: they
// are about connections that do not count any more. One that meets the claim of
// its creator may still be written; the new holder's own follows within seconds.
// Of several states of one connection the last counts.
func (s *Store) SavePlatformStatus(ctx context.Context, statuses []PlatformStatus) error {
	if len(statuses) == 0 {
		return nil
	}
	// All in one statement: a host with thousands of channels does this at once. Whatever
	// plan the database has for it, each state is looked up by its key: a plan for few,
	// which compares each with each, takes minutes for thousands.
	given := newStatusColumns(len(statuses))
	last := make(map[statusKey]*PlatformStatus, len(statuses))
	for i := range statuses {
		last[statuses[i].key()] = &statuses[i]
	}
	for i := range statuses {
		if p := &statuses[i]; last[p.key()] == p {
			given.add(p)
		}
	}
	rows, _ := s.pool.Query(ctx, `
		with given as materialized (
			select g.*, s.state as before, s.since as known_since
			from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::bigint[], $9::timestamptz[])
				as g (creator_id, platform, channel, state, error, last_heartbeat, last_success, epoch, since)
				left join epochs e on e.creator_id = g.creator_id
				left join platform_status s on s.creator_id = g.creator_id and s.platform = g.platform
			where g.epoch = coalesce(e.epoch, 0)
		), saved as (
			insert into platform_status as s (creator_id, platform, channel, state, error, last_heartbeat, last_success, since)
			select creator_id, platform, channel, state, error, last_heartbeat, last_success,
				coalesce(since, case when before = state then known_since end, now())
			from given order by creator_id, platform
			on conflict (creator_id, platform) do update set
				channel = excluded.channel, state = excluded.state, error = excluded.error, since = excluded.since,
				last_heartbeat = coalesce(excluded.last_heartbeat, s.last_heartbeat),
				last_success = coalesce(excluded.last_success, s.last_success), updated_at = now()
		)
		select creator_id, platform, coalesce(before, '') from given where before is distinct from state order by 1, 2`,
		given.creators, given.platforms, given.channels, given.states, given.errors, given.heartbeats, given.successes, given.epochs, given.since)
	var changed []RuntimeEvent
	var key statusKey
	var before connection.State
	_, err := pgx.ForEachRow(rows, []any{&key.creatorID, &key.platform, &before}, func() error {
		if event, worth := last[key].news(before); worth {
			changed = append(changed, event)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save the states of %d connections: %w", len(statuses), err)
	}
	return s.addRuntimeEvents(ctx, changed)
}

// statusKey tells connections apart.
type statusKey struct {
	creatorID string
	platform  chat.Platform
}

func (p *PlatformStatus) key() statusKey { return statusKey{p.CreatorID, p.Platform} }

// statusColumns are states as one statement takes them.
type statusColumns struct {
	creators, platforms, channels, states, errors []string
	heartbeats, successes, since                  []zeronull.Timestamptz
	epochs                                        []int64
}

// newStatusColumns has room for so many states: hosts with thousands of them write
// every few seconds.
func newStatusColumns(n int) *statusColumns {
	texts, times := func() []string { return make([]string, 0, n) }, func() []zeronull.Timestamptz { return make([]zeronull.Timestamptz, 0, n) }
	return &statusColumns{
		creators: texts(), platforms: texts(), channels: texts(), states: texts(), errors: texts(),
		heartbeats: times(), successes: times(), since: times(), epochs: make([]int64, 0, n),
	}
}

func (c *statusColumns) add(p *PlatformStatus) {
	c.creators, c.platforms = append(c.creators, p.CreatorID), append(c.platforms, string(p.Platform))
	c.channels, c.states, c.errors = append(c.channels, p.Channel), append(c.states, string(p.State)), append(c.errors, p.Error)
	c.heartbeats, c.successes = append(c.heartbeats, nullable(p.LastHeartbeat)), append(c.successes, nullable(p.LastSuccess))
	c.epochs, c.since = append(c.epochs, p.Epoch), append(c.since, nullable(p.Since))
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
	// It is asked for again and again, and there are as many as the last time.
	statuses := make([]PlatformStatus, 0, s.statuses.Load())
	var p PlatformStatus
	into := []any{&p.CreatorID, &p.Platform, &p.Channel, &p.State, &p.Since, &p.Error, orZero(&p.LastHeartbeat), orZero(&p.LastSuccess), &p.UpdatedAt}
	_, err := pgx.ForEachRow(rows, into, func() error {
		statuses = append(statuses, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the states of connections: %w", err)
	}
	s.statuses.Store(int64(len(statuses)))
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
