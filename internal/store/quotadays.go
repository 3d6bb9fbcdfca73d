package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/quota"
)

// QuotaUsage returns how the days stand that hold an instant, each platform's in its
// own zone, by platform, creator and credential. Past instants have what is known of
// their days by now.
func (s *Store) QuotaUsage(ctx context.Context, at time.Time) ([]quota.Usage, error) {
	rows, _ := s.pool.Query(ctx, `
		select platform, creator_id, credential, day::text, begins_at, ends_at, used + reserved, reserved, max, buffer, exhausted_at, exhausted_by, updated_at
		from quota_days where begins_at <= $1 and ends_at > $1 order by platform, creator_id, credential, day`, storable(at))
	usage, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u quota.Usage, err error) {
		err = row.Scan(&u.Platform, &u.CreatorID, &u.Credential, &u.Day.Date, &u.Day.Begins, &u.Day.Ends, &u.Used, &u.Reserved,
			&u.Limits.Max, &u.Limits.Buffer, orZero(&u.ExhaustedAt), &u.ExhaustedBy, &u.UpdatedAt)
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the quotas: %w", err)
	}
	return usage, nil
}

// BeginQuotaDay ends the reservations that are overdue, whose processes will not
// settle them, and tells the exporter to look which day it is. The days themselves
// begin by the clock, whether or not this is called. It is safe to repeat.
func (s *Store) BeginQuotaDay(ctx context.Context, now time.Time) (ended int64, err error) {
	var batch pgx.Batch
	// The days first and in one order, as everybody who touches reservations.
	batch.Queue(`
		select from quota_days d where exists (
			select from quota_reservations r where (r.platform, r.creator_id, r.credential, r.day) = (d.platform, d.creator_id, d.credential, d.day)
				and r.expires_at <= $1)
		order by platform, creator_id, credential, day for update`, storable(now))
	batch.Queue(`
		with overdue as (
			delete from quota_reservations where expires_at <= $1 returning platform, creator_id, credential, day, units
		), lost as (
			select platform, creator_id, credential, day, sum(units)::bigint as units from overdue group by 1, 2, 3, 4
		), counted as (
			update quota_days d set used = d.used + lost.units, reserved = d.reserved - lost.units from lost
			where (lost.platform, lost.creator_id, lost.credential, lost.day) = (d.platform, d.creator_id, d.credential, d.day)
		)
		select count(*) from overdue`, storable(now)).QueryRow(func(row pgx.Row) error { return row.Scan(&ended) })
	batch.Queue(`select pg_notify($1, '`+NoticeQuota+`')`, ChannelExport)
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return 0, fmt.Errorf("end overdue reservations of quotas: %w", err)
	}
	return ended, nil
}

// PruneQuotas forgets days that ended before the given instant.
func (s *Store) PruneQuotas(ctx context.Context, before time.Time) (int64, error) {
	ctx = patiently(ctx)
	tag, err := s.pool.Exec(ctx, `delete from quota_days where ends_at < $1`, storable(before))
	if err != nil {
		return 0, fmt.Errorf("prune quotas: %w", err)
	}
	return tag.RowsAffected(), nil
}
