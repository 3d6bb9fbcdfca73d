package activities

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

const (
	// askEvery is how often a server that did not answer is asked whether it counts an
	// attempt still, and askAgain how soon after an answer, unless its heartbeats are
	// rarer. Every question is a few statements in Temporal's database, and it goes on
	// for the rest of the attempt.
	askEvery = 2 * time.Second
	askAgain = 6 * time.Second
	// askWithin bounds one question.
	askWithin = 5 * time.Second
)

// line is an attempt's connection to the server.
type line struct {
	sdk   context.Context //nolint:containedctx // that of the activity; it dies when the server cannot be reached
	every time.Duration   // heartbeats that come sooner after the last one are kept back; set before the first

	mu     sync.Mutex
	latest any
	sent   time.Time // when a heartbeat was last passed on
	cut    bool      // the SDK's heartbeats have ended
}

func (l *line) heartbeat(details any) {
	if l.take(details, time.Now()) {
		activity.RecordHeartbeat(l.sdk, details)
	}
}

// take keeps the details of a heartbeat, and tells whether it is passed on.
func (l *line) take(details any, now time.Time) (due bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latest = details
	due = !l.cut && now.Sub(l.sent) >= l.every
	if due {
		l.sent = now
	}
	return due
}

// hold goes on heartbeating until the server says that the attempt is over, and
// returns why; nil when the worker stops or the attempt ends first.
func (l *line) hold(ctx context.Context, stopping <-chan struct{}) error {
	l.mu.Lock()
	l.cut = true
	l.mu.Unlock()
	server, token := activity.GetClient(l.sdk), activity.GetInfo(l.sdk).TaskToken
	ask := time.NewTimer(askEvery)
	defer ask.Stop()
	for {
		select {
		case <-stopping:
			return nil
		case <-ctx.Done():
			return nil
		case <-ask.C:
		}
		l.mu.Lock()
		details := l.latest
		l.mu.Unlock()
		question, cancel := context.WithTimeout(ctx, askWithin)
		err := server.RecordActivityHeartbeat(question, token, details)
		cancel()
		if ends(err) {
			return err
		}
		if err == nil {
			ask.Reset(max(askAgain, l.every))
		} else {
			ask.Reset(askEvery)
		}
	}
}

// cutOff tells whether an activity's context ended only because its heartbeats
// did not reach the server.
func cutOff(ctx context.Context, cause error) bool {
	if deadline, limited := ctx.Deadline(); limited && !time.Now().Before(deadline) {
		return false
	}
	var unavailable *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	var exhausted *serviceerror.ResourceExhausted
	var internal *serviceerror.Internal
	return errors.As(cause, &unavailable) || errors.As(cause, &late) || errors.As(cause, &exhausted) ||
		errors.As(cause, &internal) || errors.Is(cause, context.DeadlineExceeded)
}

// ends tells whether a heartbeat's answer means that the attempt is over.
func ends(err error) bool {
	return givenUp(err) || temporal.IsCanceledError(err) ||
		errors.Is(err, activity.ErrActivityPaused) || errors.Is(err, activity.ErrActivityReset)
}

// givenUp tells whether the server no longer knows the attempt: it has timed it
// out, or the workflow is gone.
func givenUp(err error) bool {
	var notFound *serviceerror.NotFound
	return errors.As(err, &notFound)
}
