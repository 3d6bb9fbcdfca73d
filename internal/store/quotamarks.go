package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/quota"
)

// ExhaustQuota notes that the platform refused r's call because the day that holds
// r.Now is used up, whatever was counted here. Nothing more is granted that day, to
// anybody of the project, but what people insist on; a method with an allowance of its
// own ends only itself, and for the creator alone. The first note of a day leaves a
// warning among the runtime events.
func (s *Store) ExhaustQuota(ctx context.Context, r quota.Request) error {
	day := quota.DayOf(r.Platform, r.Now)
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		for _, part := range r.Parts() {
			project := part.Project() && !r.Project()
			if project && quota.Apart(r.Method) {
				continue
			}
			first, err := markExhausted(ctx, tx, part, day)
			if err != nil {
				return err
			}
			// Told once: of the project where it is not the creator's alone.
			if told := project == (r.Pool.Several && !quota.Apart(r.Method)) || r.Project(); first && told {
				if err := tellExhausted(ctx, tx, part, day); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note that %s's quota of %s is used up: %w", r.Platform, r.CreatorID, err)
	}
	return nil
}

// markExhausted marks a day, unless it is marked already, and reports whether it did.
// The mark of a method with an allowance of its own gives way to that of all others.
func markExhausted(ctx context.Context, tx pgx.Tx, r quota.Request, day quota.Day) (first bool, err error) {
	var batch pgx.Batch
	var by string
	queueQuotaDay(&batch, r, day)
	batch.Queue(`
		select exhausted_at is null, exhausted_by from quota_days
		where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date`,
		r.Platform, r.CreatorID, r.Credential, day.Date).
		QueryRow(func(row pgx.Row) error { return row.Scan(&first, &by) })
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return false, err
	}
	first = first || quota.Apart(by) && !quota.Apart(r.Method)
	if !first {
		return false, nil
	}
	_, err = tx.Exec(ctx, `
		update quota_days set exhausted_at = $5, exhausted_by = $6, updated_at = greatest(updated_at, $5)
		where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date`,
		r.Platform, r.CreatorID, r.Credential, day.Date, storable(r.Now), r.Method)
	return true, err
}

func tellExhausted(ctx context.Context, tx pgx.Tx, r quota.Request, day quota.Day) error {
	var batch pgx.Batch
	batch.Queue(`select pg_notify($1, '`+NoticeQuota+`')`, ChannelExport)
	queueRuntimeEvent(&batch, RuntimeEvent{
		At: r.Now, Source: r.Platform, Severity: SeverityWarning, CreatorID: r.CreatorID,
		Message: "The platform says that today's quota" + ofProject(r.Key) + " is used up; it begins anew at " + day.Ends.Format("2006-01-02 15:04 UTC"),
	})
	return tx.SendBatch(ctx, &batch).Close()
}

// ReopenQuota notes that the platform took a call of r's method although it had
// refused one before: somebody has raised the quota. A day that was used up by calls
// of another method stays so.
func (s *Store) ReopenQuota(ctx context.Context, r quota.Request) error {
	day := quota.DayOf(r.Platform, r.Now)
	var batch pgx.Batch
	for _, part := range r.Parts() {
		batch.Queue(`
			with reopened as (
				update quota_days set exhausted_at = null, exhausted_by = '', updated_at = greatest(updated_at, $6)
				where platform = $1 and creator_id = $2 and credential = $3 and day = $4::date and exhausted_at is not null and exhausted_by = $5
				returning creator_id
			)
			select pg_notify($7, '`+NoticeQuota+`') from reopened`,
			part.Platform, part.CreatorID, part.Credential, day.Date, r.Method, storable(r.Now), ChannelExport)
	}
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("note that %s's quota of %s is open again: %w", r.Platform, r.CreatorID, err)
	}
	return nil
}
