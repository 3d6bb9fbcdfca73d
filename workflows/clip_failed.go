package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// listen answers the query and hears what people ask of the clip. Retry is both
// a signal, which every tool can send, singly or over a query, and an update,
// which answers.
func (r *clipRun) listen(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, control.QueryClip,
		func() (control.ClipView, error) { return r.view(), nil },
		workflow.QueryHandlerOptions{Description: "The clip as it stands: state, span, file, address, last failure."})
	if err != nil {
		return fmt.Errorf("offer query %s: %w", control.QueryClip, err)
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, control.UpdateRetry, r.handleRetry, workflow.UpdateHandlerOptions{
		Validator:   r.checkRetry,
		Description: "Try a failed clip again, from where it failed; answers with its state and round.",
	})
	if err != nil {
		return fmt.Errorf("offer update %s: %w", control.UpdateRetry, err)
	}
	retries := workflow.GetSignalChannelWithOptions(ctx, control.SignalRetry, workflow.SignalChannelOptions{
		Description: `Try a failed clip again, from where it failed. Optional: {"destination":"…","by":"…"}.`,
	})
	abandons := workflow.GetSignalChannelWithOptions(ctx, control.SignalAbandon, workflow.SignalChannelOptions{
		Description: `Give the clip up for good, also while it is being made. Optional: {"by":"…"}.`,
	})
	workflow.GoNamed(ctx, "retry signals", func(ctx workflow.Context) {
		for {
			var in control.RetryInput
			retries.Receive(ctx, &in)
			if err := r.checkRetry(in); err != nil {
				r.log.Info("retry not taken", "by", in.By, "error", err)
				continue
			}
			r.retry = &in
		}
	})
	workflow.GoNamed(ctx, "abandon signals", func(ctx workflow.Context) {
		for {
			var in control.AbandonInput
			abandons.Receive(ctx, &in)
			r.abandon = &in
			r.stopWork()
		}
	})
	return nil
}

// checkRetry rejects a retry that has nothing to retry.
func (r *clipRun) checkRetry(in control.RetryInput) error {
	switch {
	case !r.parked:
		return fmt.Errorf("clip %s is %s; only a failed clip can be retried", r.request.ClipID, r.state)
	case in.Destination != "" && in.Destination != r.destination:
		return fmt.Errorf("clip %s goes to %s, not to %s", r.request.ClipID, r.destination, in.Destination)
	default:
		return nil
	}
}

// handleRetry answers once the retry has begun.
func (r *clipRun) handleRetry(ctx workflow.Context, in control.RetryInput) (control.RetryResult, error) {
	before := r.round
	r.retry = &in
	err := workflow.Await(ctx, func() bool { return r.over || r.round > before && r.state != clip.Failed })
	if err != nil {
		return control.RetryResult{}, err
	}
	if r.round == before {
		return control.RetryResult{}, fmt.Errorf("clip %s was closed before the retry began", r.request.ClipID)
	}
	return control.RetryResult{ClipID: r.request.ClipID, State: r.state, Round: r.round}, nil
}

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
