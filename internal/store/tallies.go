package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// TallyState is where a tally stands, as the export contract spells it.
type TallyState string

// The states of tallies.
const (
	TallyActive   TallyState = "active"
	TallyPaused   TallyState = "paused"
	TallyArchived TallyState = "archived"
)

// Tally is a running count.
type Tally struct {
	ID          string
	CreatorID   string
	Creator     string // as shown
	Label       string
	Aggregation string // weekly, monthly, rolling or custom
	State       TallyState
	Public      bool
	CreatedAt   time.Time
	UpdatedAt   time.Time // the newest change of definition, state or count
	Count       int64     // negative when more was taken back than counted
}

const chooseTallies = `
	(select * from tallies where (public or $2) and created_at <= %s order by created_at desc, tally_id limit nullif($1, 0)) b`

var talliesNow = `
	select tally_id, creator_id, creator, label, aggregation_type, state, public, created_at, greatest(updated_at, counted_at), count
	from ` + fmt.Sprintf(chooseTallies, "'infinity'") + `
	order by created_at desc, tally_id`

var talliesThen = `
	select tally_id, creator_id, creator, label, aggregation_type, coalesce(state.state, 'active'), public, created_at,
		greatest(created_at, case when updated_at <= $3 then updated_at end, state.at, i.counted_at), i.count
	from ` + fmt.Sprintf(chooseTallies, "$3") + `
	` + stateThen("tallies", "tally_id") + `
	cross join lateral (
		select coalesce(sum(delta), 0) as count, max(counted_at) as counted_at from tally_increments
		where tally_id = b.tally_id and counted_at <= $3) i
	order by created_at desc, tally_id`

// Tallies returns the tallies that the filter chooses, the newest first.
func (s *Store) Tallies(ctx context.Context, f BoardFilter) ([]Tally, error) {
	return boards(ctx, s, f, "the tallies", talliesNow, talliesThen, pgx.RowToStructByPos[Tally])
}

// TallyIncrement is one change of a tally.
type TallyIncrement struct {
	ID        int64
	TallyID   string
	Label     string // of the tally
	Category  string // as shown; may be empty
	CreatorID string
	Creator   string // as shown
	Platform  string
	Delta     int32
	CountedAt time.Time
}

const selectIncrements = `
	select i.id, i.tally_id, t.label, coalesce(c.label, ''), creator_id, creator, platform, delta, i.counted_at
	from (select * from tally_increments i where %s and ($2 or (select public from tallies t where t.tally_id = i.tally_id))
		order by counted_at desc, id desc limit nullif($1, 0)) i
	join tallies t using (tally_id) left join tally_categories c on c.tally_id = i.tally_id and c.category_id = i.category_id
	order by i.counted_at desc, id desc`

var incrementsNow, incrementsThen = fmt.Sprintf(selectIncrements, "true"), fmt.Sprintf(selectIncrements, "counted_at <= $3")

// TallyIncrements returns the changes of tallies that the filter chooses, the
// newest first.
func (s *Store) TallyIncrements(ctx context.Context, f BoardFilter) ([]TallyIncrement, error) {
	return boards(ctx, s, f, "the changes of tallies", incrementsNow, incrementsThen, pgx.RowToStructByPos[TallyIncrement])
}
