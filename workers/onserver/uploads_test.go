//go:build unix

package onserver_test

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/store"
)

// upload names a row of the uploads.
type upload struct{ clipID, destination string }

// BeginUpload implements activities.UploadStore.
func (w *world) BeginUpload(_ context.Context, clipID, destination string, attempt time.Time) (clip.Upload, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	row, ok := w.uploads[upload{clipID, destination}]
	switch {
	case !ok:
		return clip.Upload{}, fmt.Errorf("upload of %s to %s: %w", clipID, destination, store.ErrNotFound)
	case row.State == clip.UploadPublished:
		return row, nil
	case attempt.Before(row.AttemptAt):
		return clip.Upload{}, store.ErrStaleAttempt
	}
	row.State, row.Reason, row.AttemptAt = clip.UploadRunning, "", attempt
	w.uploads[upload{clipID, destination}] = row
	return row, nil
}

// SaveUpload implements activities.UploadStore and activities.ClipStore.
func (w *world) SaveUpload(_ context.Context, u clip.Upload) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	row, ok := w.uploads[upload{u.ClipID, u.Destination}]
	if !ok {
		return fmt.Errorf("upload of %s to %s: %w", u.ClipID, u.Destination, store.ErrNotFound)
	}
	if row.State != clip.UploadPublished {
		w.uploads[upload{u.ClipID, u.Destination}] = u
	}
	return nil
}

// upload is where a clip stands at a destination.
func (w *world) upload(clipID, destination string) clip.UploadState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.uploads[upload{clipID, destination}].State
}

// channel is a second destination. What it does with a clip, the clip's
// behaviour says.
type channel struct{ *world }

// Name implements destination.Destination.
func (channel) Name() string { return "youtube" }

// Publish implements destination.Destination.
func (c channel) Publish(ctx context.Context, item destination.Item, _ func(int64)) (destination.Published, error) {
	b, call := c.call("publish at youtube", item.ClipID)
	if b.youtube != nil {
		if err := b.youtube(ctx, call); err != nil {
			return destination.Published{}, err
		}
	}
	return destination.Published{URL: "https://youtu.be/" + item.ClipID, Ref: item.ClipID}, nil
}
