package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

// handedOver is the type of the error with which an attempt ends early so that
// another worker can go on.
const handedOver = "handed_over"

// errWorkerStopping ends the context of an attempt whose worker stops.
var errWorkerStopping = errors.New("the worker is stopping")

// attempt is one attempt at an activity that lasts.
type attempt struct {
	context.Context // ends when the activity is cancelled, paused or reset, and when the worker stops
	end             context.CancelCauseFunc
}

// begin returns the attempt that ctx belongs to. Its finish must be called.
func begin(ctx context.Context) attempt {
	stopping := activity.GetWorkerStopChannel(ctx)
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-stopping:
			end(errWorkerStopping)
		case <-ctx.Done():
		}
	}()
	return attempt{ctx, end}
}

// lost tells why the attempt is over before it has begun its work, or returns
// nil. The first heartbeat of an attempt is answered before it returns: a task
// that reached its worker too late, because the process stood still, is somebody
// else's by then, and must not touch what that one works on. Ask it after the
// first heartbeat.
func (a attempt) lost() error {
	if a.Err() == nil {
		return nil
	}
	return a.outcome(context.Cause(a))
}

// finish frees what the attempt holds.
func (a attempt) finish() { a.end(context.Canceled) }

// outcome turns what the work returned into what the attempt returns: an
// attempt that was interrupted to be gone on with elsewhere can be tried again
// at once, one that was cancelled is cancelled, and otherwise the work's own
// error counts.
func (a attempt) outcome(err error) error {
	cause := context.Cause(a)
	switch {
	case err == nil:
		return nil
	case errors.Is(cause, errWorkerStopping), errors.Is(cause, activity.ErrActivityPaused), errors.Is(cause, activity.ErrActivityReset):
		return temporal.NewApplicationErrorWithOptions(cause.Error(), handedOver, temporal.ApplicationErrorOptions{
			Category: temporal.ApplicationErrorCategoryBenign,
		})
	case errors.Is(cause, context.Canceled):
		return temporal.NewCanceledError()
	default:
		return err
	}
}

// beat heartbeats now and at every interval until the attempt or the returned
// function ends it.
func (a attempt) beat(interval time.Duration, details func() any) (stop func()) {
	activity.RecordHeartbeat(a, details())
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				activity.RecordHeartbeat(a, details())
			case <-ended:
				return
			case <-a.Done():
				return
			}
		}
	}()
	return func() { close(ended); <-done }
}
