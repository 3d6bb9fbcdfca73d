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

// Locate returns where the recording of a span is: the one that holds its end,
// else the one that holds its start. As long as the deadline has
// not passed, that there is none is worth another try: the recording may begin
// after the clip was asked for.
func (a *Locate) Locate(ctx context.Context, in task.LocateInput) (task.LocateResult, error) {
	var second *store.Capture
	for _, at := range []time.Time{in.End, in.Start} {
		found, err := a.Store.CaptureFor(ctx, in.CreatorID, at)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return task.LocateResult{}, err
		case found.Holds(at):
			return placeOf(a.whole(ctx, in, found)), nil
		case second == nil:
			second = &found
		}
	}
	if second != nil { // it says best what is missing
		return placeOf(*second), nil
	}
	return task.LocateResult{}, &clip.Failure{
		Code:    clip.NoCapture,
		Message: "Nothing was being recorded at that moment. Clips can be made while the stream is live.",
		Final:   !a.Clock().Before(in.Deadline),
	}
}

// whole returns a recording that holds the whole span rather than one that holds
// an end of it: at the change from one of a creator's streams to another both were
// recorded for a moment.
func (a *Locate) whole(ctx context.Context, in task.LocateInput, found store.Capture) store.Capture {
	if found.Holds(in.Start) {
		return found
	}
	before, err := a.Store.CaptureFor(ctx, in.CreatorID, in.Start)
	if err != nil || !before.Holds(in.Start) || !before.Holds(in.End) {
		return found
	}
	return before
}

func placeOf(c store.Capture) task.LocateResult {
	return task.LocateResult{Host: c.Host, StreamID: c.StreamID, Dir: c.Dir}
}
