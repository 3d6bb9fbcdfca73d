package activities

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// CaptureStore knows which host recorded what.
type CaptureStore interface {
	CaptureFor(ctx context.Context, creatorID string, at time.Time) (store.Capture, error)
}

// Locate finds recordings.
type Locate struct {
	Store CaptureStore
	Clock func() time.Time
}

// Locate returns where the recording of a span is. As long as the deadline has
// not passed, that there is none is worth another try: the recording may begin
// after the clip was asked for.
func (a *Locate) Locate(ctx context.Context, in task.LocateInput) (task.LocateResult, error) {
	for _, at := range []time.Time{in.End, in.Start} {
		found, err := a.Store.CaptureFor(ctx, in.CreatorID, at)
		if err == nil {
			return task.LocateResult{Host: found.Host, StreamID: found.StreamID, Dir: found.Dir}, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return task.LocateResult{}, err
		}
	}
	return task.LocateResult{}, &clip.Failure{
		Code:    clip.NoCapture,
		Message: "Nothing was being recorded at that moment. Clips can be made while the stream is live.",
		Final:   !a.Clock().Before(in.Deadline),
	}
}
