package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/quota"
)

// ReserveQuota takes units out of the platform's day that holds r.Now, before the
// call that uses them. Whatever is granted together with what was used never
// exceeds r.Limits.Max, however many processes ask. A *quota.ExhaustedError says
// that the day holds no more and when the next one begins; then nothing was taken.
// The first request that passes a threshold leaves a warning among the runtime
// events. The reservation has to be settled; one that is not within quota.Hold
// counts as used.
func (s *Store) ReserveQuota(ctx context.Context, r quota.Request) (quota.Reservation, error) {
	day := quota.DayOf(r.Platform, r.Now)
	granted := quota.Reservation{Key: r.Key, Day: day.Date, Units: r.Units}
	if r.Units <= 0 {
		return granted, nil
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		return reserveParts(ctx, tx, r.Parts(), day, &granted)
	})
	var refused *quota.ExhaustedError
	if errors.As(err, &refused) {
		return quota.Reservation{}, refused
	}
	if err != nil {
		return quota.Reservation{}, fmt.Errorf("reserve %d units of %s's quota of %s: %w", r.Units, r.Platform, r.CreatorID, err)
	}
	return granted, nil
}

// reserveParts takes the units out of every quota that a request counts against, or
// out of none.
func reserveParts(ctx context.Context, tx pgx.Tx, parts []quota.Request, day quota.Day, granted *quota.Reservation) error {
	warn := make([]int64, len(parts))
	for i, part := range parts {
		state, err := lockQuotaDay(ctx, tx, part, day)
		if err != nil {
			return err
		}
		var refused *quota.ExhaustedError
		if warn[i], refused = part.Decide(state); refused != nil {
			return refused
		}
	}
	for i, part := range parts {
		id, err := takeUnits(ctx, tx, part, day, warn[i])
		if err != nil {
			return err
		}
		if part.Key == granted.Key {
			granted.ID = id
		} else {
			granted.Shared.ID, granted.Shared.Key = id, part.Key
		}
	}
	return nil
}

// queueQuotaDay makes sure that the day has a row, and locks it until the
// transaction ends. Reservations are only ever touched under that lock.
func queueQuotaDay(b *pgx.Batch, r quota.Request, day quota.Day) {
	b.Queue(`
		insert into quota_days as d (platform, creator_id, credential, day, begins_at, ends_at, max, buffer, updated_at)
		values ($1, $2, $3, $4::date, $5, $6, $7, $8, $9)
		on conflict (platform, creator_id, credential, day) do update set
			max = excluded.max, buffer = excluded.buffer,
			updated_at = case when (d.max, d.buffer) = (excluded.max, excluded.buffer) then d.updated_at else excluded.updated_at end`,
		r.Platform, r.CreatorID, r.Credential, day.Date, day.Begins, day.Ends, r.Limits.Max, r.Limits.Buffer, storable(r.Now))
}

// lockQuotaDay makes requests for one day take turns, ends the day's reservations
// that are overdue, and returns how it stands.
func lockQuotaDay(ctx context.Context, tx pgx.Tx, r quota.Request, day quota.Day) (quota.State, error) {
	var batch pgx.Batch
	var state quota.State
	queueQuotaDay(&batch, r, day)
	batch.Queue(`
		with overdue as (
			delete from quota_reservations
			where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date and expires_at <= $5 returning units
		), lost as (select sum(units)::bigint as units from overdue having count(*) > 0)
		update quota_days d set used = used + lost.units, reserved = reserved - lost.units from lost
		where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date`,
		r.Platform, r.CreatorID, r.Credential, day.Date, storable(r.Now))
	batch.Queue(`
		select used, reserved, warned, exhausted_at is not null, exhausted_by from quota_days
		where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date`,
		r.Platform, r.CreatorID, r.Credential, day.Date).QueryRow(func(row pgx.Row) error {
		var by string
		err := row.Scan(&state.Used, &state.Reserved, &state.Warned, &state.Marked, &by)
		state.Marked = state.Marked && (!quota.Apart(by) || by == r.Method)
		return err
	})
	return state, tx.SendBatch(ctx, &batch).Close()
}

// takeUnits writes a reservation on a day that is locked, and the warning of a
// threshold that it passes.
func takeUnits(ctx context.Context, tx pgx.Tx, r quota.Request, day quota.Day, warn int64) (id int64, err error) {
	var batch pgx.Batch
	batch.Queue(`
		update quota_days set reserved = reserved + $5, warned = greatest(warned, $6), updated_at = $7
		where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date`,
		r.Platform, r.CreatorID, r.Credential, day.Date, r.Units, warn, storable(r.Now))
	batch.Queue(`
		insert into quota_reservations (platform, creator_id, credential, day, method, units, expires_at)
		values ($1, $2, $3, $4::date, $5, $6, $7) returning id`,
		r.Platform, r.CreatorID, r.Credential, day.Date, r.Method, r.Units, storable(r.Now.Add(quota.Hold))).
		QueryRow(func(row pgx.Row) error { return row.Scan(&id) })
	batch.Queue(`select pg_notify($1, '`+NoticeQuota+`')`, ChannelExport)
	if warn > 0 {
		queueRuntimeEvent(&batch, RuntimeEvent{
			At: r.Now, Source: r.Platform, Severity: SeverityWarning, CreatorID: r.CreatorID,
			Message: fmt.Sprintf("%d of the %d units of today's quota%s are used", warn, r.Limits.Max, ofProject(r.Key)),
		})
	}
	return id, tx.SendBatch(ctx, &batch).Close()
}

// ofProject tells people that it is not a creator's quota.
func ofProject(k quota.Key) string {
	if k.Project() {
		return " of an API project"
	}
	return ""
}

// SettleQuota ends a reservation after its call: units is what the call took, 0 when
// it took nothing. What the platform counted is counted here too, even if it is more
// than was reserved. A reservation that has ended already has been counted as it was
// granted, and nothing changes, so it is safe to repeat.
func (s *Store) SettleQuota(ctx context.Context, r quota.Reservation, units int64, now time.Time) error {
	var batch pgx.Batch
	if r.Shared.ID != 0 { // the project's first, as in Request.Parts
		queueSettlement(&batch, r.Shared.Key, r.Day, r.Shared.ID, max(0, units), now)
	}
	if r.ID != 0 {
		queueSettlement(&batch, r.Key, r.Day, r.ID, max(0, units), now)
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("settle %d units of %s's quota of %s: %w", units, r.Key.Platform, r.Key.CreatorID, err)
	}
	return nil
}

// queueSettlement ends a reservation of one quota.
func queueSettlement(b *pgx.Batch, k quota.Key, day string, id, units int64, now time.Time) {
	b.Queue(`select from quota_days where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date for update`,
		k.Platform, k.CreatorID, k.Credential, day)
	b.Queue(`
		with ended as (
			delete from quota_reservations
			where id = $5 and platform = $1 and creator_id = $2 and credential = $3 and day = $4::date returning units
		), settled as (
			update quota_days d set used = d.used + $6::bigint, reserved = d.reserved - ended.units,
				updated_at = case when $6::bigint = ended.units then d.updated_at else greatest(d.updated_at, $7) end
			from ended where d.platform = $1 and d.creator_id = $2 and d.credential = $3 and d.day = $4::date
			returning $6::bigint <> ended.units as changed
		)
		select pg_notify($8, '`+NoticeQuota+`') from settled where changed`,
		k.Platform, k.CreatorID, k.Credential, day, id, units, storable(now), ChannelExport)
}
