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

// uploadLimit bounds one attempt. What a slow line does not carry in that time,
// the next attempt goes on with.
const uploadLimit = 2 * time.Hour

// publish uploads the clip's file to the destinations that wait for it, after the
// publish delay in the first round. The clip is published once it is at all its
// destinations.
func (r *clipRun) publish(ctx workflow.Context) error {
	if r.state == clip.Encoded && r.options.PublishDelay > 0 {
		if err := r.holdBack(ctx); err != nil {
			return err
		}
	}
	if err := r.become(ctx, change{state: clip.Uploading}); err != nil {
		return err
	}
	r.deliverAll(ctx)
	switch {
	case len(r.in(clip.UploadPublished)) == len(r.deliveries):
		r.url = r.deliveries[0].url
		return r.become(ctx, change{state: clip.Published, url: r.url})
	case ctx.Err() != nil:
		return ctx.Err()
	default:
		return r.failure()
	}
}

// holdBack waits for the publish delay, unless somebody is in a hurry.
func (r *clipRun) holdBack(ctx workflow.Context) error {
	r.heldUntil = workflow.Now(ctx).Add(r.options.PublishDelay)
	defer func() { r.heldUntil, r.hurry = time.Time{}, false }()
	r.show(ctx)
	return waitUntil(ctx, r.heldUntil, publishDelay, func() bool { return r.hurry })
}

// publishDelay is what a clip waits for that is held back.
const publishDelay = "publish delay"

// waitUntil waits until a time that everybody can see, or until early.
func waitUntil(ctx workflow.Context, until time.Time, reason string, early func() bool) error {
	_, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout:      max(until.Sub(workflow.Now(ctx)), time.Second),
		TimerOptions: workflow.TimerOptions{Summary: shorten(reason + ", until " + clock(until))},
	}, early)
	return err
}

// deliverAll uploads to every destination that waits for the file, also to those
// that failed meanwhile and are retried, until all have settled.
func (r *clipRun) deliverAll(ctx workflow.Context) {
	if len(r.deliveries) == 1 {
		// Not in a coroutine: the order of what happens in one task is part of the
		// histories of clips that were started before there were several.
		if d := r.deliveries[0]; d.state == clip.UploadWaiting {
			d.begin(r.round)
			r.deliver(ctx, d)
		}
		return
	}
	// Cancelled uploads settle too, once their activities have stopped.
	settled, _ := workflow.NewDisconnectedContext(ctx)
	for again := false; r.any(clip.UploadWaiting) && ctx.Err() == nil; again = true {
		for _, d := range r.in(clip.UploadWaiting) {
			d.begin(r.round)
			workflow.GoNamed(ctx, "upload to "+d.destination, func(ctx workflow.Context) {
				if again {
					r.note(ctx, d, clip.UploadWaiting, "")
					r.retell(ctx)
				}
				r.deliver(ctx, d)
			})
		}
		_ = workflow.Await(settled, func() bool { return r.any(clip.UploadWaiting) || !r.any(clip.UploadRunning, clip.UploadDeferred) })
	}
}

// deliver uploads to one destination until it is published or has failed. Being
// out of quota is no failure: it has a time at which it ends.
func (r *clipRun) deliver(ctx workflow.Context, d *delivery) {
	for ; ; d.begin(d.round) {
		r.show(ctx)
		result, err := r.upload(ctx, d)
		switch {
		case err != nil:
			r.undelivered(ctx, d, task.FailureOf(err))
			return
		case result.DeferredUntil.IsZero():
			d.published(result.URL)
			r.show(ctx)
			return
		}
		d.deferred(result)
		r.show(ctx)
		if err := waitUntil(ctx, d.until, d.reason, func() bool { return d.now }); err != nil {
			r.undelivered(ctx, d, task.FailureOf(err))
			return
		}
	}
}

// undelivered settles an upload that failed. Operators see it at once, not only
// when the others have settled too.
func (r *clipRun) undelivered(ctx workflow.Context, d *delivery, failure *clip.Failure) {
	switch {
	case ctx.Err() != nil: // the clip is given up, for a reason of its own
		d.again()
		return
	case len(r.deliveries) == 1: // the clip fails with it
		d.failed(failure)
		return
	}
	r.log.Warn("upload failed", "destination", d.destination, "code", failure.Code, "reason", failure.Message, "cause", failure.Err)
	r.note(ctx, d, clip.UploadBroken, failure.Message)
	d.failed(failure)
	if r.any(clip.UploadWaiting, clip.UploadRunning, clip.UploadDeferred) {
		r.retell(ctx)
	}
}

func (r *clipRun) upload(ctx workflow.Context, d *delivery) (task.UploadResult, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:              control.MediaQueue(r.place.Host),
		ActivityID:             d.activity(),
		Summary:                fmt.Sprintf("upload to %s, round %d", d.destination, d.round),
		ScheduleToStartTimeout: hostPatience,
		StartToCloseTimeout:    uploadLimit,
		HeartbeatTimeout:       2 * heartbeat,
		WaitForCancellation:    true,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    r.options.UploadBackoff,
			BackoffCoefficient: 2,
			MaximumInterval:    max(10*time.Minute, r.options.UploadBackoff), // the server refuses one below the initial
			MaximumAttempts:    int32(min(r.options.UploadAttempts, 1000)),   //nolint:gosec // bounded here
		},
	})
	return execute(ctx, task.Upload, task.UploadInput{
		ClipID:      r.request.ClipID,
		CreatorID:   r.request.CreatorID,
		Destination: d.destination,
		Path:        r.file.Path,
		Title:       r.request.Title,
		Bytes:       r.file.Bytes,
		SHA256:      r.file.SHA256,
		Round:       d.round,
		Creator:     r.request.Creator,
		SourceTitle: r.request.SourceTitle,
		Clipper:     r.request.Clipper,
		RequestedAt: r.request.RequestedAt,
		Insisted:    d.insisted,
	})
}
