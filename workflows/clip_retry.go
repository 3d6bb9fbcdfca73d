package workflows

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// listen answers the query and hears what people ask of the clip. Retry is both
// a signal, which every tool can send, singly or over a query, and an update,
// which answers.
func (r *clipRun) listen(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, control.QueryClip,
		func() (control.ClipView, error) { return r.view(), nil },
		workflow.QueryHandlerOptions{Description: "The clip as it stands: state, span, file, address, destinations, last failure."})
	if err != nil {
		return fmt.Errorf("offer query %s: %w", control.QueryClip, err)
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, control.UpdateRetry, r.handleRetry, workflow.UpdateHandlerOptions{
		Validator: r.checkRetry,
		Description: "Try again what failed, from where it failed, and now what waits for a quota or a delay; " +
			`answers with state, round and destinations. Optional: {"destination":"…","by":"…"}.`,
	})
	if err != nil {
		return fmt.Errorf("offer update %s: %w", control.UpdateRetry, err)
	}
	retries := workflow.GetSignalChannelWithOptions(ctx, control.SignalRetry, workflow.SignalChannelOptions{
		Description: "Try again what failed, from where it failed, and now what waits for a quota or a delay. " +
			`Optional: {"destination":"…","by":"…"}.`,
	})
	abandons := workflow.GetSignalChannelWithOptions(ctx, control.SignalAbandon, workflow.SignalChannelOptions{
		Description: `Give the clip up for good, also while it is being made. Optional: {"by":"…"}.`,
	})
	workflow.GoNamed(ctx, "retry signals", func(ctx workflow.Context) {
		for {
			var in control.RetryInput
			retries.Receive(ctx, &in)
			err := r.checkRetry(in)
			if err == nil {
				_, err = r.takeRetry(ctx, in)
			}
			if err != nil {
				r.log.Info("retry not taken", "by", in.By, "error", err)
			}
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

// checkRetry rejects a retry that has nothing to retry, and says what can be done
// instead.
func (r *clipRun) checkRetry(in control.RetryInput) error {
	id := r.request.ClipID
	switch {
	case in.Destination != "" && r.to(in.Destination) == nil:
		return fmt.Errorf("clip %s goes to %s, not to %s", id, andList(r.request.Destinations()), in.Destination)
	case r.over:
		return fmt.Errorf("clip %s is %s and closed", id, r.state)
	case r.abandon != nil:
		return fmt.Errorf("clip %s is being given up", id)
	case r.held():
		return nil
	case r.parked:
		if d := r.to(in.Destination); d != nil && d.state == clip.UploadPublished && r.any(clip.UploadBroken) {
			return fmt.Errorf("clip %s is published at %s; it failed at %s", id, d.destination, andList(names(r.in(clip.UploadBroken))))
		}
		return nil
	case r.state == clip.Uploading || r.state == clip.Failed: // failed and not parked: another retry is about to begin
		if len(r.retriable(in)) == 0 {
			return r.nothingToRetry(in)
		}
		return nil
	default:
		return fmt.Errorf("clip %s is %s; only a failed clip can be retried, or one that waits for a delay or a quota", id, r.state)
	}
}

// held reports whether the clip waits for its publish delay.
func (r *clipRun) held() bool { return !r.heldUntil.IsZero() }

// retriable are the deliveries that a retry is about: those that failed, and
// those that wait for a time.
func (r *clipRun) retriable(in control.RetryInput) (found []*delivery) {
	for _, d := range r.in(clip.UploadBroken, clip.UploadDeferred) {
		if in.Destination == "" || in.Destination == d.destination {
			found = append(found, d)
		}
	}
	return found
}

// nothingToRetry says where a clip stands that is being uploaded.
func (r *clipRun) nothingToRetry(in control.RetryInput) error {
	var stands, pending []string
	for _, d := range r.deliveries {
		stands = append(stands, fmt.Sprintf("%s: %s", d.destination, d.state))
		if d.state == clip.UploadRunning && (in.Destination == "" || in.Destination == d.destination) {
			pending = append(pending, d.activity())
		}
	}
	text := fmt.Sprintf("clip %s has nothing to retry (%s)", r.request.ClipID, strings.Join(stands, ", "))
	if in.Destination != "" {
		text = fmt.Sprintf("clip %s has nothing to retry at %s (%s)", r.request.ClipID, in.Destination, strings.Join(stands, ", "))
	}
	if len(pending) > 0 {
		text += fmt.Sprintf("; an upload that waits for its next attempt runs at once after `temporal activity reset -w %s -a %s`",
			control.ClipWorkflowID(r.request.ClipID), pending[0])
	}
	return errors.New(text)
}

// retryEndsWaits is the change since which a retry is heard while a clip waits.
// Clips that ignored one before go on ignoring it, or their histories would not
// replay.
const retryEndsWaits = "retry-ends-waits"

// takeRetry does what a retry asks for that checkRetry has let through. It
// returns the destinations it is about.
func (r *clipRun) takeRetry(ctx workflow.Context, in control.RetryInput) ([]string, error) {
	if r.held() || r.state == clip.Uploading && r.any(clip.UploadDeferred) {
		if workflow.GetVersion(ctx, retryEndsWaits, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
			return nil, errors.New("the clip was started by a version that does not end waits")
		}
	}
	if r.held() {
		r.hurry = true
		return r.waiting(), nil
	}
	if r.file == nil {
		in.Destination = "" // there is nothing yet to upload anywhere
	}
	retried := r.retriable(in)
	if r.parked {
		r.retry = &in
	} else if r.state == clip.Uploading && anyFailed(retried) {
		r.round++
	}
	for _, d := range retried {
		if d.state == clip.UploadDeferred {
			d.now = true
		} else {
			d.again()
		}
	}
	return names(retried), nil
}

func anyFailed(deliveries []*delivery) bool {
	for _, d := range deliveries {
		if d.state == clip.UploadBroken {
			return true
		}
	}
	return false
}

// handleRetry answers once the retry has begun.
func (r *clipRun) handleRetry(ctx workflow.Context, in control.RetryInput) (control.RetryResult, error) {
	before, parked := r.round, r.parked
	destinations, err := r.takeRetry(ctx, in)
	if err != nil {
		return control.RetryResult{}, err
	}
	err = workflow.Await(ctx, func() bool {
		waits := r.state == clip.Failed || r.state == clip.Encoded || parked && r.round == before
		return r.over || !waits
	})
	if err != nil {
		return control.RetryResult{}, err
	}
	if r.state == clip.Failed && r.round == before {
		return control.RetryResult{}, fmt.Errorf("clip %s was closed before the retry began", r.request.ClipID)
	}
	return control.RetryResult{ClipID: r.request.ClipID, State: r.state, Round: r.round, Destinations: destinations}, nil
}
