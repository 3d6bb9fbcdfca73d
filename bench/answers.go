package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// settledWithin bounds the wait until every answer was said or given up. An answer is
// worthless 30 seconds after its message, and an account may say 100 in 30 seconds.
const settledWithin = 3 * time.Minute

// answers is what became of what was decided.
type answers struct {
	fired, denied int
	said, expired int // of the answers
	other         int // answers that were refused, or given up while they waited for their turn

	// What it took to say them and to give up the rest, after the run.
	took, ingestCPU, dbCPU time.Duration
}

// minus is what was added since.
func (a answers) minus(before answers) answers {
	return answers{
		fired: a.fired - before.fired, denied: a.denied - before.denied,
		said: a.said - before.said, expired: a.expired - before.expired, other: a.other - before.other,
	}
}

// String tells it for people.
func (a answers) String() string {
	return fmt.Sprintf("%s messages matched a trigger: %s fired, %s were denied. Of the answers %s were said, %s expired, %s were given up while they waited for their turn; working them off took "+
		"%s s after the run, in which the data plane used %s s of processor time and Postgres %s s.",
		number(float64(a.fired+a.denied)), orZero(a.fired), orZero(a.denied), orZero(a.said), orZero(a.expired), orZero(a.other),
		number(a.took.Seconds()), number(a.ingestCPU.Seconds()), number(a.dbCPU.Seconds()))
}

func orZero(n int) string { return number(float64(n)) }

// answers counts all decisions and answers that there are.
func (t *table) answers(ctx context.Context) (a answers, err error) {
	decided, err := t.tally(ctx, `select outcome, count(*) from decisions group by 1`)
	if err != nil {
		return a, err
	}
	ended, err := t.tally(ctx, `select state, count(*) from outbox where kind = 'reply' and state not in ('pending', 'sending') group by 1`)
	if err != nil {
		return a, err
	}
	a.fired, a.denied = decided["fired"], decided["denied"]
	for state, n := range ended {
		switch state {
		case "sent":
			a.said += n
		case "dropped":
			a.expired += n
		default:
			a.other += n
		}
	}
	return a, nil
}

// unsettled counts the rows of the outbox that are not done.
func (t *table) unsettled(ctx context.Context) (n int, err error) {
	if err := t.conn.QueryRow(ctx, `select count(*) from outbox where state in ('pending', 'sending')`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the open answers: %w", err)
	}
	return n, nil
}

func (t *table) tally(ctx context.Context, query string) (map[string]int, error) {
	rows, err := t.conn.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("count decisions and answers: %w", err)
	}
	found := map[string]int{}
	var name string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&name, &n}, func() error { found[name] = n; return nil })
	if err != nil {
		return nil, fmt.Errorf("count decisions and answers: %w", err)
	}
	return found, nil
}

// settle waits until every answer of a run was said or given up, so that the next run
// begins with nothing to do, and notes what that took.
func (r *rig) settle(ctx context.Context, rows *table, one *run) error {
	began, own, db := time.Now(), ownCPU(), treeCPU(r.postgres.PID())
	err := await(ctx, settledWithin, 100*time.Millisecond, "every answer was said or has expired", func() (bool, error) {
		open, err := rows.unsettled(ctx)
		return open == 0, err
	})
	if err != nil {
		return err
	}
	now, err := rows.answers(ctx)
	if err != nil {
		return err
	}
	one.answers = now.minus(one.before)
	one.answers.took, one.answers.ingestCPU, one.answers.dbCPU = time.Since(began), ownCPU()-own, treeCPU(r.postgres.PID())-db
	return nil
}
