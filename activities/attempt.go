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
//
// It does not end because the server cannot be reached. The SDK cancels an
// activity whose heartbeat fails for a few seconds, which would stop recordings,
// chat and encoders on every hiccup of the server and throw their work away;
// whether the attempt still counts is the server's to say, once it answers again.
type attempt struct {
	context.Context // ends when the activity is cancelled, paused or reset, when the server has given the attempt up, and when the worker stops
	end             context.CancelCauseFunc
	line            *line
}

// begin returns the attempt that ctx belongs to. Its finish must be called.
func begin(ctx context.Context) attempt { return beginLingering(ctx, 0) }

// beginLingering is begin for what goes on for a while after the server has given
// the attempt up, unless its successor ends it: so that nothing is missed until
// there is one.
func beginLingering(ctx context.Context, linger time.Duration) attempt {
	base, free := context.WithoutCancel(ctx), context.CancelFunc(func() {})
	if deadline, limited := ctx.Deadline(); limited {
		base, free = context.WithDeadline(base, deadline)
	}
	work, end := context.WithCancelCause(base)
	context.AfterFunc(work, free)
	a := attempt{work, end, &line{sdk: ctx}}
	go a.watch(ctx, linger)
	return a
}

// watch ends the attempt when it is told to, or when the server is not interested
// in it any more.
func (a attempt) watch(ctx context.Context, linger time.Duration) {
	stopping := activity.GetWorkerStopChannel(ctx)
	select {
	case <-stopping:
		a.end(errWorkerStopping)
		return
	case <-a.Done():
		return
	case <-ctx.Done():
	}
	cause := context.Cause(ctx)
	if cutOff(ctx, cause) {
		activity.GetLogger(a).Warn("the server cannot be reached; the work goes on", "error", cause)
		if cause = a.line.hold(a, stopping); cause == nil {
			cause = errWorkerStopping
		}
	}
	if linger > 0 && givenUp(cause) {
		timer := time.NewTimer(linger)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-stopping:
			cause = errWorkerStopping
		case <-a.Done():
		}
	}
	a.end(cause)
}

// heartbeat tells the server that the attempt is well, and how far it is.
func (a attempt) heartbeat(details any) { a.line.heartbeat(details) }

// lost tells why the attempt is over before it has begun its work, or returns
// nil. The first heartbeat of an attempt is answered before it returns: a task
// that reached its worker too late, because the process stood still, is somebody
// else's by then, and must not touch what that one works on, nor linger. Ask it
// after the first heartbeat.
func (a attempt) lost() error {
	sdk := a.line.sdk
	cause := context.Cause(sdk)
	if cause == nil || cutOff(sdk, cause) {
		return nil
	}
	a.end(cause)
	return a.outcome(cause)
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
	case errors.Is(cause, errWorkerStopping), errors.Is(cause, activity.ErrActivityPaused), errors.Is(cause, activity.ErrActivityReset),
		givenUp(cause): // which nobody hears any more
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
	a.heartbeat(details())
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				a.heartbeat(details())
			case <-ended:
				return
			case <-a.Done():
				return
			}
		}
	}()
	return func() { close(ended); <-done }
}
