package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// TakeBudget takes tokens out of a budget that all hosts share: at most limit
// tokens in any window. account and bucket name it, for example the bot's login and
// "join". A wait of 0 means that they were granted; otherwise nothing was taken, and
// wait is how long it takes until they can be, unless others take them first. It is
// not fenced: the budget is the account's, whoever holds its creators, and a grant
// that is not used only makes the others slower.
func (s *Store) TakeBudget(
	ctx context.Context, account, bucket string, tokens, limit int, window time.Duration, now time.Time,
) (wait time.Duration, err error) {
	if tokens > limit {
		return 0, fmt.Errorf("take %d tokens of %s's budget %q: it never holds more than %d", tokens, account, bucket, limit)
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		granted, err := lockGrants(ctx, tx, account, bucket, now.Add(-window))
		if err != nil {
			return err
		}
		if wait = granted.wait(tokens, limit, window, now); wait > 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `insert into budget_grants (account, bucket, tokens, granted_at) values ($1, $2, $3, $4)`,
			account, bucket, tokens, storable(now))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("take %d tokens of %s's budget %q: %w", tokens, account, bucket, err)
	}
	return wait, nil
}

type grant struct {
	Tokens int
	At     time.Time
}

type grants []grant // the oldest first

// lockGrants makes takers of one budget take turns, and returns the grants that
// still count.
func lockGrants(ctx context.Context, tx pgx.Tx, account, bucket string, expired time.Time) (grants, error) {
	var batch pgx.Batch
	var g grants
	batch.Queue(`select pg_advisory_xact_lock(hashtextextended('budget:' || $1 || ':' || $2, 0))`, account, bucket)
	batch.Queue(`delete from budget_grants where account = $1 and bucket = $2 and granted_at <= $3`, account, bucket, storable(expired))
	batch.Queue(`select tokens, granted_at from budget_grants where account = $1 and bucket = $2 order by granted_at, id`, account, bucket).
		Query(func(rows pgx.Rows) (err error) {
			g, err = pgx.CollectRows(rows, pgx.RowToStructByPos[grant])
			return err
		})
	return g, tx.SendBatch(ctx, &batch).Close()
}

// wait returns how long it takes until enough grants have left the window; 0 when
// there is room already.
func (g grants) wait(tokens, limit int, window time.Duration, now time.Time) time.Duration {
	used := 0
	for _, granted := range g {
		used += granted.Tokens
	}
	for _, granted := range g {
		if used+tokens <= limit {
			break
		}
		used -= granted.Tokens
		if used+tokens <= limit {
			// Never 0, which would mean granted.
			return max(granted.At.Add(window).Sub(now), time.Microsecond)
		}
	}
	return 0
}
