package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/budget"
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
	err = s.TakeBudgets(ctx, []budget.Claim{{Account: account, Bucket: bucket, Tokens: tokens, Limit: limit, Window: window}}, now)
	var refused *budget.RefusedError
	if errors.As(err, &refused) {
		return refused.Wait, nil
	}
	return 0, err
}

// TakeBudgets takes what one call needs out of several budgets, all of it or
// nothing. A *budget.RefusedError tells of the claim that has to wait longest. Like
// TakeBudget it is exact however many processes ask, and not fenced.
func (s *Store) TakeBudgets(ctx context.Context, claims []budget.Claim, now time.Time) error {
	if len(claims) == 0 {
		return nil
	}
	// In one order everywhere, so that takers wait for each other and never in a circle.
	claims = slices.SortedFunc(slices.Values(claims), func(a, b budget.Claim) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Bucket, b.Bucket))
	})
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		granted, err := lockGrants(ctx, tx, claims, now)
		if err != nil {
			return err
		}
		if refused := longestWait(claims, granted, now); refused != nil {
			return refused
		}
		return insertGrants(ctx, tx, claims, now)
	})
	var refused *budget.RefusedError
	switch {
	case errors.As(err, &refused):
		return refused
	case err != nil:
		return fmt.Errorf("take %s's budget %q: %w", claims[0].Account, claims[0].Bucket, err)
	}
	return nil
}

// lockGrants makes takers of the same budgets take turns, and returns the grants
// that still count, for each claim.
func lockGrants(ctx context.Context, tx pgx.Tx, claims []budget.Claim, now time.Time) ([][]budget.Grant, error) {
	var batch pgx.Batch
	granted := make([][]budget.Grant, len(claims))
	for i, c := range claims {
		batch.Queue(`select pg_advisory_xact_lock(hashtextextended('budget:' || $1 || ':' || $2, 0))`, c.Account, c.Bucket)
		batch.Queue(`delete from budget_grants where account = $1 and bucket = $2 and granted_at <= $3`,
			c.Account, c.Bucket, storable(now.Add(-c.Window)))
		batch.Queue(`select tokens, granted_at from budget_grants where account = $1 and bucket = $2 order by granted_at, id`, c.Account, c.Bucket).
			Query(func(rows pgx.Rows) (err error) {
				granted[i], err = pgx.CollectRows(rows, pgx.RowToStructByPos[budget.Grant])
				return err
			})
	}
	return granted, tx.SendBatch(ctx, &batch).Close()
}

func longestWait(claims []budget.Claim, granted [][]budget.Grant, now time.Time) (longest *budget.RefusedError) {
	for i, c := range claims {
		if refused := c.Decide(granted[i], now); refused != nil && (longest == nil || refused.Wait > longest.Wait) {
			longest = refused
		}
	}
	return longest
}

func insertGrants(ctx context.Context, tx pgx.Tx, claims []budget.Claim, now time.Time) error {
	var batch pgx.Batch
	for _, c := range claims {
		batch.Queue(`insert into budget_grants (account, bucket, tokens, granted_at) values ($1, $2, $3, $4)`,
			c.Account, c.Bucket, c.Tokens, storable(now))
	}
	return tx.SendBatch(ctx, &batch).Close()
}
