package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/control"
)

// What the tables for administrators show of all creators together.

// AllTriggerOverlays returns what is laid over the triggers of every creator, by
// creator, each list by trigger.
func (s *Store) AllTriggerOverlays(ctx context.Context) (map[string][]Overlay, error) {
	rows, _ := s.pool.Query(ctx, `
		select creator_id, trigger_id, patch, changed_by, changed_at, lane_seq from trigger_overlays
		order by creator_id, trigger_id`)
	overlays := map[string][]Overlay{}
	var creator string
	var o Overlay
	_, err := pgx.ForEachRow(rows, []any{&creator, &o.TriggerID, &o.Patch, &o.By, &o.At, &o.LaneSeq}, func() error {
		overlays[creator] = append(overlays[creator], o)
		o.Patch = nil // not to be scanned over
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the overlays of all creators: %w", err)
	}
	return overlays, nil
}

// SettingsOf returns the configurations of the given hashes, trigger.Settings as
// JSON, by creator; hashes are by creator too. What is not kept is left out.
func (s *Store) SettingsOf(ctx context.Context, hashes map[string]string) (map[string]json.RawMessage, error) {
	settings := map[string]json.RawMessage{}
	if len(hashes) == 0 {
		return settings, nil
	}
	creators, wanted := make([]string, 0, len(hashes)), make([]string, 0, len(hashes))
	for creator, hash := range hashes {
		creators, wanted = append(creators, creator), append(wanted, hash)
	}
	rows, _ := s.pool.Query(ctx, `
		select c.creator_id, c.settings::text from configs c
		join unnest($1::text[], $2::text[]) as wanted (creator_id, hash) on wanted.creator_id = c.creator_id and wanted.hash = c.hash`,
		creators, wanted)
	var creator, text string
	_, err := pgx.ForEachRow(rows, []any{&creator, &text}, func() error {
		settings[creator] = json.RawMessage(text)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %d configurations: %w", len(hashes), err)
	}
	return settings, nil
}

// LastFirings returns when triggers fired last, by creator and trigger, for the
// triggers of the given creators. It looks each one up, so that it costs as much
// as there are triggers, whatever happened in chat.
func (s *Store) LastFirings(ctx context.Context, triggers map[string][]string) (map[string]map[string]time.Time, error) {
	var creators, ids []string
	for creator, list := range triggers {
		for _, id := range list {
			creators, ids = append(creators, creator), append(ids, id)
		}
	}
	fired := map[string]map[string]time.Time{}
	if len(ids) == 0 {
		return fired, nil
	}
	rows, _ := s.pool.Query(ctx, `
		select k.creator_id, k.trigger_id, d.decided_at
		from unnest($1::text[], $2::text[]) as k (creator_id, trigger_id)
		join trigger_uses u on u.creator_id = k.creator_id and u.trigger_id = k.trigger_id and u.user_key = ''
		join decisions d on d.creator_id = u.creator_id and d.lane_seq = u.last_seq and d.trigger_id = u.trigger_id
		where d.outcome = 'fired'`, creators, ids)
	var creator, id string
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&creator, &id, &at}, func() error {
		if fired[creator] == nil {
			fired[creator] = map[string]time.Time{}
		}
		fired[creator][id] = at
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read when %d triggers fired last: %w", len(ids), err)
	}
	return fired, nil
}

// BudgetGrant is tokens that were taken out of a budget that all hosts share.
type BudgetGrant struct {
	Account, Bucket string
	Tokens          int
	At              time.Time
}

// BudgetGrants returns the grants after the given instant, by budget, the oldest
// first.
func (s *Store) BudgetGrants(ctx context.Context, after time.Time) ([]BudgetGrant, error) {
	rows, _ := s.pool.Query(ctx, `
		select account, bucket, tokens, granted_at from budget_grants where granted_at > $1
		order by account, bucket, granted_at, id`, storable(after))
	grants, err := pgx.CollectRows(rows, pgx.RowToStructByPos[BudgetGrant])
	if err != nil {
		return nil, fmt.Errorf("read the grants of all budgets: %w", err)
	}
	return grants, nil
}

// ClipsRequested counts the clips that were asked for after the given instant, by
// creator.
func (s *Store) ClipsRequested(ctx context.Context, after time.Time) (map[string]int, error) {
	rows, _ := s.pool.Query(ctx, `select creator_id, count(*) from clips where requested_at > $1 group by creator_id`, storable(after))
	counts := map[string]int{}
	var creator string
	var n int
	_, err := pgx.ForEachRow(rows, []any{&creator, &n}, func() error {
		counts[creator] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count the clips of each creator: %w", err)
	}
	return counts, nil
}

// AuditedChange is a change of triggers with its place among all creators'.
type AuditedChange struct {
	ID        int64
	CreatorID string
	TriggerChange
}

// LatestTriggerChanges returns what was changed of the triggers, counters and
// pauses of all creators, the newest first, at most limit. What was before and
// after is left out.
func (s *Store) LatestTriggerChanges(ctx context.Context, limit int) ([]AuditedChange, error) {
	rows, _ := s.pool.Query(ctx, `
		select id, creator_id, lane_seq, subject, action, changed_by, name, changed_at from trigger_changes
		order by id desc limit $1`, limit)
	changes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c AuditedChange, err error) {
		err = row.Scan(&c.ID, &c.CreatorID, &c.LaneSeq, &c.Subject, &c.Action, &c.By, &c.Name, &c.At)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the changes of all creators: %w", err)
	}
	return changes, nil
}

// OperatorRequest is something that an operator left for a lane.
type OperatorRequest struct {
	ID        int64
	CreatorID string
	Kind      string // as internal/control names inbox rows
	Payload   json.RawMessage
	At        time.Time
}

// requestsAmong is among how many of the newest inputs operators' requests are
// looked for: the table is in the order of its ids and knows kinds only by reading
// them.
const requestsAmong = 20_000

// LatestOperatorRequests returns the points and clips that operators asked for,
// the newest first, at most limit. Changes of triggers are told by
// LatestTriggerChanges, once they are made.
func (s *Store) LatestOperatorRequests(ctx context.Context, limit int) ([]OperatorRequest, error) {
	rows, _ := s.pool.Query(ctx, `
		select id, creator_id, kind, payload::text, created_at from inbox
		where id > (select max(id) from inbox) - $1 and kind = any($2)
		order by id desc limit $3`, requestsAmong, []string{control.InboxPointGrant, control.InboxClipRequest}, limit)
	requests, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r OperatorRequest, err error) {
		var payload string
		err = row.Scan(&r.ID, &r.CreatorID, &r.Kind, &payload, &r.At)
		r.Payload = json.RawMessage(payload)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what operators asked for: %w", err)
	}
	return requests, nil
}
