package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// NamedCounter is a creator's counter as it stands.
type NamedCounter struct {
	CreatorID string
	ChatCounter
	UpdatedAt time.Time // when it was changed last
}

// AllChatCounters returns the counters of every creator, by creator and name: as they
// stood at a past moment, or as they stand now for the zero time. What stood before
// CountersKnownSince cannot be told, and is left out or too young.
func (s *Store) AllChatCounters(ctx context.Context, at time.Time) ([]NamedCounter, error) {
	query, args := `select creator_id, name, value, updated_at from chat_counters order by creator_id, name`, []any{}
	if !at.IsZero() {
		query, args = `
			select distinct on (creator_id, name) creator_id, name, value, changed_at from counter_changes
			where changed_at <= $1 order by creator_id, name, id desc`, []any{storable(at)}
	}
	rows, _ := s.pool.Query(ctx, query, args...)
	counters, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c NamedCounter, err error) {
		return c, row.Scan(&c.CreatorID, &c.Name, &c.Value, &c.UpdatedAt)
	})
	if err != nil {
		return nil, fmt.Errorf("read the counters of all creators: %w", err)
	}
	return counters, nil
}

// CountersKnownSince returns the moment from which on every counter's changes are
// kept: earlier ones are forgotten, or were never written down. It is the zero time
// when nothing is missing.
func (s *Store) CountersKnownSince(ctx context.Context) (at time.Time, err error) {
	// Of a counter that came to be before the changes that are left, the first of them
	// says so.
	err = s.pool.QueryRow(ctx, `
		select max(changed_at) from (
			select distinct on (creator_id, name) was, changed_at from counter_changes order by creator_id, name, id) oldest
		where was is not null`).Scan(orZero(&at))
	if err != nil {
		return time.Time{}, fmt.Errorf("look since when changes of counters are kept: %w", err)
	}
	return at, nil
}

// PruneCounters forgets changes of counters from before the given instant; counters
// stay, and so does the last of these changes of each, which tells what it stood at
// then.
func (s *Store) PruneCounters(ctx context.Context, before time.Time) (int64, error) {
	ctx = patiently(ctx)
	tag, err := s.pool.Exec(ctx, `
		delete from counter_changes c where changed_at < $1
		and exists (select from counter_changes later where later.creator_id = c.creator_id and later.name = c.name
			and later.id > c.id and later.changed_at <= $1)`, storable(before))
	if err != nil {
		return 0, fmt.Errorf("prune changes of counters: %w", err)
	}
	return tag.RowsAffected(), nil
}

// queueChatCounters writes every change of a counter, and then what it stands at.
func queueChatCounters(b *pgx.Batch, lanes []LaneCommit) {
	var changes, last counterRows
	for i := range lanes {
		for _, c := range lanes[i].ChatCounters {
			changes.add(lanes[i].CreatorID, c)
		}
		for _, c := range lastOfEach(lanes[i].ChatCounters, func(c *CounterChange) string { return c.Name }) {
			last.add(lanes[i].CreatorID, c)
		}
	}
	if len(changes.creators) == 0 {
		return
	}
	b.Queue(`
		insert into counter_changes (creator_id, lane_seq, name, value, was, changed_at, changed_by)
		select c.creator_id, c.lane_seq, c.name, c.value,
			coalesce(lag(c.value) over (partition by c.creator_id, c.name order by c.n), before.value), c.changed_at, c.changed_by
		from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[], $6::text[]) with ordinality
			as c (creator_id, lane_seq, name, value, changed_at, changed_by, n)
		left join chat_counters before on before.creator_id = c.creator_id and before.name = c.name
		order by c.n`, changes.creators, changes.seqs, changes.names, changes.values, changes.ats, changes.by)
	b.Queue(`
		insert into chat_counters (creator_id, name, value, updated_at)
		select * from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[])
		on conflict (creator_id, name) do update set value = excluded.value, updated_at = excluded.updated_at`,
		last.creators, last.names, last.values, last.ats)
}

type counterRows struct {
	creators, names, by []string
	values, seqs        []int64
	ats                 []time.Time
}

func (r *counterRows) add(creatorID string, c CounterChange) {
	r.creators, r.names, r.by = append(r.creators, creatorID), append(r.names, c.Name), append(r.by, c.By)
	r.values, r.seqs, r.ats = append(r.values, c.Value), append(r.seqs, c.LaneSeq), append(r.ats, storable(c.At))
}
