package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// UploadSession returns where a clip's upload in parts to a destination stands:
// the zero value when there never was one, ErrNotFound when the clip has no such
// destination. It is the only way by which a session's address leaves the store.
func (s *Store) UploadSession(ctx context.Context, clipID, destination string) (clip.UploadSession, error) {
	rows, _ := s.pool.Query(ctx, `
		select session_address, sessions_opened, session_opened_at, finishing_at
		from clip_uploads where clip_id = $1 and destination = $2`, clipID, destination)
	return oneRow(rows, func(row pgx.CollectableRow) (u clip.UploadSession, err error) {
		err = row.Scan(&u.Address, &u.Opened, orZero(&u.OpenedAt), orZero(&u.FinishingAt))
		return u, err
	}, fmt.Sprintf("the upload of clip %s to %s", clipID, destination))
}

// ReplaceUploadSession changes the session's address from before, empty for none,
// to after. A new address counts as a session opened now whose last byte is not
// sent yet; an empty one says that the session is lost, and leaves on record that
// there was one. It reports false when the address is another one by now or the
// clip is published: then somebody else is at work, and the caller must stop
// without sending anything.
func (s *Store) ReplaceUploadSession(ctx context.Context, clipID, destination, before, after string) (bool, error) {
	tag, err := s.pool.Exec(ctx, `
		update clip_uploads set session_address = $4,
			sessions_opened = sessions_opened + case $4 when '' then 0 else 1 end,
			session_opened_at = case $4 when '' then session_opened_at else statement_timestamp() end,
			finishing_at = case $4 when '' then finishing_at end
		where clip_id = $1 and destination = $2 and session_address = $3 and state <> 'published'`, clipID, destination, before, after)
	if err != nil {
		return false, fmt.Errorf("replace the session of the upload of clip %s to %s: %w", clipID, destination, err)
	}
	return tag.RowsAffected() == 1, nil
}

// RefuseUploadSession drops the session of that address after its destination has
// said for certain that no clip came of it: then no last byte counts as sent. It
// reports false when the session is another one by now or the clip is published.
func (s *Store) RefuseUploadSession(ctx context.Context, clipID, destination, address string) (bool, error) {
	tag, err := s.pool.Exec(ctx, `
		update clip_uploads set session_address = '', finishing_at = null
		where clip_id = $1 and destination = $2 and session_address = $3 and $3 <> '' and state <> 'published'`, clipID, destination, address)
	if err != nil {
		return false, fmt.Errorf("drop the session of the upload of clip %s to %s: %w", clipID, destination, err)
	}
	return tag.RowsAffected() == 1, nil
}

// FinishingUpload records, before the last byte goes to the session of that
// address, that from now on the clip may be at its destination. It reports false
// when the session is another one by now or the clip is published: then the caller
// must not send the byte.
func (s *Store) FinishingUpload(ctx context.Context, clipID, destination, address string) (bool, error) {
	tag, err := s.pool.Exec(ctx, `
		update clip_uploads set finishing_at = statement_timestamp()
		where clip_id = $1 and destination = $2 and session_address = $3 and $3 <> '' and state <> 'published'`, clipID, destination, address)
	if err != nil {
		return false, fmt.Errorf("finish the upload of clip %s to %s: %w", clipID, destination, err)
	}
	return tag.RowsAffected() == 1, nil
}
