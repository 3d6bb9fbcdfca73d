package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// ErrStaleAttempt says that an upload is no longer this attempt's: a later one has
// begun, this one was given up, or the clip is not being uploaded at all. It must
// send nothing.
var ErrStaleAttempt = errors.New("another attempt has taken the upload over")

// The columns are named one by one: the session's address must not leave the
// store by any other way than UploadSession.
const selectUploads = `
	select clip_id, destination, state, reason, deferred_until, url, ref, updated_at, attempt_at
	from clip_uploads`

func scanUpload(row pgx.CollectableRow) (u clip.Upload, err error) {
	err = row.Scan(&u.ClipID, &u.Destination, &u.State, &u.Reason, orZero(&u.DeferredUntil), &u.URL, &u.Ref, &u.UpdatedAt,
		orZero(&u.AttemptAt))
	return u, err
}

// Uploads returns where a clip stands at its destinations, the first destination
// first. A clip that does not exist has none.
func (s *Store) Uploads(ctx context.Context, clipID string) ([]clip.Upload, error) {
	rows, _ := s.pool.Query(ctx, selectUploads+` where clip_id = $1 order by position`, clipID)
	uploads, err := pgx.CollectRows(rows, scanUpload)
	if err != nil {
		return nil, fmt.Errorf("read the uploads of clip %s: %w", clipID, err)
	}
	return uploads, nil
}

// BeginUpload makes an upload that of the attempt that began at the given instant,
// which is Temporal's, and returns it as it is then: uploading, or published when
// there is nothing to do any more. It is ErrStaleAttempt when the attempt comes too
// late, and ErrNotFound when the clip has no such destination. It is safe to repeat
// while the attempt lasts.
func (s *Store) BeginUpload(ctx context.Context, clipID, destination string, attempt time.Time) (clip.Upload, error) {
	var found clip.Upload
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		var batch pgx.Batch
		// The lock keeps the clip from failing in between: an attempt that was given
		// up would otherwise show its upload as going on.
		batch.Queue(`select from clips where clip_id = $1 for share`, clipID)
		batch.Queue(`
			update clip_uploads set state = $3, reason = '', deferred_until = null, attempt_at = $4, updated_at = statement_timestamp()
			where clip_id = $1 and destination = $2 and state <> 'published'
				and (attempt_at is null or attempt_at < $4 or attempt_at = $4 and state = $3)
				and exists (select from clips where clip_id = $1 and state = 'uploading')`,
			clipID, destination, string(clip.UploadRunning), storable(attempt))
		batch.Queue(selectUploads+` where clip_id = $1 and destination = $2`, clipID, destination).
			Query(func(rows pgx.Rows) (err error) {
				found, err = oneRow(rows, scanUpload, "the upload")
				return err
			})
		return tx.SendBatch(ctx, &batch).Close()
	})
	if err == nil && found.State != clip.UploadPublished &&
		(found.State != clip.UploadRunning || !found.AttemptAt.Equal(storable(attempt))) {
		err = ErrStaleAttempt
	}
	if err != nil {
		return clip.Upload{}, fmt.Errorf("begin the upload of clip %s to %s: %w", clipID, destination, err)
	}
	return found, nil
}

// SaveUpload writes how an attempt at an upload stands: state, reason, time of
// deferral, and for a publication address and name. A published upload never
// changes again, and gives up its session. What an attempt says that was overtaken
// or given up is dropped, except that it published: that is a fact. It is
// ErrNotFound when the clip has no such destination.
func (s *Store) SaveUpload(ctx context.Context, u clip.Upload) error {
	var exists bool
	var batch pgx.Batch
	batch.Queue(`
		update clip_uploads set state = $3, reason = $4, deferred_until = $5, url = $6, ref = $7,
			attempt_at = greatest(attempt_at, $8), updated_at = statement_timestamp(),
			session_address = case $3 when 'published' then '' else session_address end
		where clip_id = $1 and destination = $2 and state <> 'published'
			and ($3 = 'published' or attempt_at is null or attempt_at < $8 or attempt_at = $8 and state = 'uploading')`,
		u.ClipID, u.Destination, string(u.State), u.Reason, nullable(u.DeferredUntil), u.URL, u.Ref, nullable(u.AttemptAt))
	batch.Queue(`select exists (select from clip_uploads where clip_id = $1 and destination = $2)`, u.ClipID, u.Destination).
		QueryRow(func(row pgx.Row) error { return row.Scan(&exists) })
	if u.State == clip.UploadDeferred {
		queueWaits(&batch, u)
	}
	err := s.pool.SendBatch(ctx, &batch).Close()
	if err == nil && !exists {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("save the upload of clip %s to %s as %s: %w", u.ClipID, u.Destination, u.State, err)
	}
	return nil
}

// queueWaits queues the news for the lane that the clip waits, if it does: a stale
// attempt has not written anything. Once is enough, whatever it waits for later.
func queueWaits(b *pgx.Batch, u clip.Upload) {
	b.Queue(`
		with written as (
			insert into inbox (creator_id, kind, dedupe_key, payload)
			select c.creator_id, $3, $3 || ':' || c.clip_id, jsonb_build_object('ClipID', c.clip_id, 'Destination', u.destination, 'Until', u.deferred_until)
			from clip_uploads u join clips c using (clip_id)
			where u.clip_id = $1 and u.destination = $2 and u.state = 'deferred'
			on conflict (dedupe_key) do nothing returning creator_id
		)
		select pg_notify($4, creator_id) from written`, u.ClipID, u.Destination, control.InboxClipWaits, ChannelInbox)
}

// queueUploads inserts the uploads of new clips.
func queueUploads(b *pgx.Batch, lanes []LaneCommit) {
	var clips, destinations []string
	var positions []int32
	for i := range lanes {
		for j := range lanes[i].Clips {
			for n, name := range lanes[i].Clips[j].Destinations() {
				clips, destinations, positions = append(clips, lanes[i].Clips[j].ClipID), append(destinations, name), append(positions, int32(n)) //nolint:gosec // a handful
			}
		}
	}
	if len(clips) == 0 {
		return
	}
	b.Queue(`
		insert into clip_uploads (clip_id, destination, position)
		select * from unnest($1::text[], $2::text[], $3::integer[])`, clips, destinations, positions)
}

// queueUploadsInStep queues what a change of the clip's state means for its
// uploads. Most of it their attempts have written themselves; attempts that died
// have not.
func queueUploadsInStep(b *pgx.Batch, before clip.State, t Transition) {
	switch {
	case t.State == clip.Failed:
		b.Queue(`
			update clip_uploads set state = 'failed', reason = $2, deferred_until = null, updated_at = statement_timestamp()
			where clip_id = $1 and state not in ('published', 'failed')`, t.ClipID, t.reason())
	case t.State == clip.Published:
		b.Queue(`
			update clip_uploads set state = 'published', reason = '', deferred_until = null, session_address = '',
				url = case when position = 0 and url = '' then $2 else url end, updated_at = statement_timestamp()
			where clip_id = $1 and state <> 'published'`, t.ClipID, t.URL)
	case before == clip.Failed:
		b.Queue(`
			update clip_uploads set state = 'waiting', reason = '', updated_at = statement_timestamp()
			where clip_id = $1 and state = 'failed' and (cardinality($2::text[]) = 0 or destination = any($2))`, t.ClipID, nonNil(t.Retry))
	}
}

func nonNil(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}
