package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// fail records why the round failed. It returns an error when the workflow
// cannot go on: it was cancelled, or the record was refused.
func (r *clipRun) fail(ctx workflow.Context, cause error) error {
	cancelled := ctx.Err() != nil
	switch {
	case r.abandon != nil:
		r.last = &clip.Failure{Code: clip.Withdrawn, Message: "Taken back" + by(r.abandon.By) + ".", Final: true}
	case cancelled:
		r.last = &clip.Failure{Code: clip.Withdrawn, Message: "Cancelled by an operator.", Final: true}
	default:
		r.last = task.FailureOf(cause)
		r.log.Warn("clip failed", "code", r.last.Code, "reason", r.last.Message, "cause", r.last.Err)
		// From here on a retry is heard: whoever reads the record may be faster
		// than its answer.
		r.parked = true
		r.retryUntil = workflow.Now(ctx).Add(r.options.RetryWindow)
	}
	for _, d := range r.in(clip.UploadWaiting, clip.UploadRunning, clip.UploadDeferred) {
		d.failed(r.last)
	}
	if err := r.become(ctx, change{state: clip.Failed, failure: r.last}); err != nil {
		return err
	}
	if cancelled {
		return temporal.NewCanceledError(r.last.Message)
	}
	return nil
}

// awaitRetry keeps a failed clip open. It reports whether somebody asked for a
// retry before the window closed.
func (r *clipRun) awaitRetry(ctx workflow.Context) (retried bool, err error) {
	window := max(r.retryUntil.Sub(workflow.Now(ctx)), time.Second)
	_, err = workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout:      window,
		TimerOptions: workflow.TimerOptions{Summary: "closes unless somebody retries it"},
	}, func() bool { return r.retry != nil || r.abandon != nil })
	if err != nil || r.retry == nil {
		return false, err
	}
	r.log.Info("clip retried", "by", r.retry.By, "round", r.round+1)
	r.parked, r.retry, r.retryUntil = false, nil, time.Time{}
	return true, nil
}

func by(who string) string {
	if who == "" {
		return ""
	}
	return " by " + who
}
