package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/streamsuites/streamsuites/internal/quota"
)

// ExhaustQuota notes that the platform refused r's call because the day that holds
// r.Now is used up, whatever was counted here. Nothing more is granted that day but
// what people insist on. The first note of a day leaves a warning among the runtime
// events.
func (s *Store) ExhaustQuota(ctx context.Context, r quota.Request) error {
	day := quota.DayOf(r.Platform, r.Now)
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		var batch pgx.Batch
		first := false
		queueQuotaDay(&batch, r, day)
		batch.Queue(`
			update quota_days set exhausted_at = $5, exhausted_by = $6, updated_at = greatest(updated_at, $5)
			where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date and exhausted_at is null`,
			r.Platform, r.CreatorID, r.Credential, day.Date, storable(r.Now), r.Method).
			Exec(func(tag pgconn.CommandTag) error { first = tag.RowsAffected() > 0; return nil })
		if err := tx.SendBatch(ctx, &batch).Close(); err != nil || !first {
			return err
		}
		return tellExhausted(ctx, tx, r, day)
	})
	if err != nil {
		return fmt.Errorf("note that %s's quota of %s is used up: %w", r.Platform, r.CreatorID, err)
	}
	return nil
}

func tellExhausted(ctx context.Context, tx pgx.Tx, r quota.Request, day quota.Day) error {
	var batch pgx.Batch
	batch.Queue(`select pg_notify($1, '`+NoticeQuota+`')`, ChannelExport)
	queueRuntimeEvent(&batch, RuntimeEvent{
		At: r.Now, Source: r.Platform, Severity: SeverityWarning, CreatorID: r.CreatorID,
		Message: "The platform says that today's quota is used up; it begins anew at " + day.Ends.Format("2006-01-02 15:04 UTC"),
	})
	return tx.SendBatch(ctx, &batch).Close()
}

// ReopenQuota notes that the platform took a call of r's method although it had
// refused one before: somebody has raised the quota. A day that was used up by calls
// of another method stays so.
func (s *Store) ReopenQuota(ctx context.Context, r quota.Request) error {
	day := quota.DayOf(r.Platform, r.Now)
	_, err := s.pool.Exec(ctx, `
		with reopened as (
			update quota_days set exhausted_at = null, exhausted_by = '', updated_at = greatest(updated_at, $6)
			where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date and exhausted_at is not null and exhausted_by = $5
			returning creator_id
		)
		select pg_notify($7, '`+NoticeQuota+`') from reopened`,
		r.Platform, r.CreatorID, r.Credential, day.Date, r.Method, storable(r.Now), ChannelExport)
	if err != nil {
		return fmt.Errorf("note that %s's quota of %s is open again: %w", r.Platform, r.CreatorID, err)
	}
	return nil
}
