package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// partitionLock is the advisory lock under which partitions are made and dropped.
const partitionLock = 0x73737061 // "sspa"

const (
	partitionPrefix  = "chat_events_"
	partitionLayout  = "20060102"
	daysBack         = 1
	daysAhead        = 3
	defaultPartition = partitionPrefix + "other"
)

// EnsurePartitions makes the partitions of the days around now, in UTC, from
// yesterday to three days ahead. Rows of those days that landed in the default
// partition before are moved.
func (s *Store) EnsurePartitions(ctx context.Context, now time.Time) error {
	ctx = patiently(ctx)
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer conn.Release()
	return ensurePartitions(ctx, conn.Conn(), now)
}

func ensurePartitions(ctx context.Context, conn *pgx.Conn, now time.Time) error {
	today := now.UTC().Truncate(24 * time.Hour)
	for d := -daysBack; d <= daysAhead; d++ {
		if err := ensurePartition(ctx, conn, today.AddDate(0, 0, d)); err != nil {
			return err
		}
	}
	return nil
}

func ensurePartition(ctx context.Context, conn *pgx.Conn, day time.Time) error {
	name := partitionPrefix + day.Format(partitionLayout)
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		exists, err := partitionExists(ctx, tx, name)
		if err != nil || exists {
			return err
		}
		return createPartition(ctx, tx, name, day)
	})
	if err != nil {
		return fmt.Errorf("make the chat partition %s: %w", name, err)
	}
	return nil
}

func partitionExists(ctx context.Context, tx pgx.Tx, name string) (exists bool, err error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, partitionLock); err != nil {
		return false, err
	}
	err = tx.QueryRow(ctx, `select to_regclass($1) is not null`, schema+"."+name).Scan(&exists)
	return exists, err
}

// createPartition makes a day's partition and moves into it what landed in the
// default one. Writers are kept out meanwhile, for some milliseconds: a row that was
// on its way into the default partition would be refused there otherwise. Somebody
// who reads for long must not hold the writers up behind this, so it gives up early
// and is tried again an hour later, three days before it matters. Names and days are
// the program's own, never foreign text.
func createPartition(ctx context.Context, tx pgx.Tx, name string, day time.Time) error {
	const date = "2006-01-02"
	from, to := day.Format(date), day.AddDate(0, 0, 1).Format(date)
	_, err := tx.Exec(ctx, fmt.Sprintf(`
		set local lock_timeout = '2s';
		lock table chat_events in access exclusive mode;
		create table %[1]s (like chat_events including all);
		with moved as (delete from %[2]s where day = '%[3]s' returning *) insert into %[1]s select * from moved;
		alter table chat_events attach partition %[1]s for values from ('%[3]s') to ('%[4]s');
	`, name, defaultPartition, from, to))
	return err
}

// PruneChat forgets the event logs from before the given instant: the partitions of
// days that ended before it, the chat received before it that has no partition of
// its own, what lanes consumed from the inbox, and what they decided. dropped counts
// the partitions. With the inbox rows their dedupe keys are forgotten, so the instant
// has to be longer ago than anything is ever repeated.
func (s *Store) PruneChat(ctx context.Context, before time.Time) (dropped int, err error) {
	ctx = patiently(ctx)
	names, err := s.partitions(ctx)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		day, err := time.Parse(partitionPrefix+partitionLayout, name)
		if err != nil || day.AddDate(0, 0, 1).After(before) {
			continue // the default partition, or a day that is still wanted
		}
		if err := s.dropPartition(ctx, name); err != nil {
			return dropped, err
		}
		dropped++
	}
	_, err = s.pool.Exec(ctx, `delete from `+defaultPartition+` where received_at < $1`, storable(before))
	if err != nil {
		return dropped, fmt.Errorf("prune the chat without a partition: %w", err)
	}
	return dropped, s.pruneLog(ctx, before)
}

func (s *Store) dropPartition(ctx context.Context, name string) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		exists, err := partitionExists(ctx, tx, name)
		if err != nil || !exists {
			return err
		}
		_, err = tx.Exec(ctx, `set local lock_timeout = '2s'; drop table `+pgx.Identifier{name}.Sanitize())
		return err
	})
	if err != nil {
		return fmt.Errorf("drop the chat partition %s: %w", name, err)
	}
	return nil
}

func (s *Store) partitions(ctx context.Context) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `
		select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'chat_events'::regclass order by c.relname`)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the chat partitions: %w", err)
	}
	return names, nil
}
