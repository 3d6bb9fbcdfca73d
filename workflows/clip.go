package workflows

import (
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// Clip makes one clip: it finds the recording, waits until it covers the span,
// cuts it and publishes it at all its destinations, side by side. A clip that
// failed, if only at one of them, stays open for a week, for somebody to retry or
// abandon it. The result is the clip as it ended.
func Clip(ctx workflow.Context, in control.ClipInput) (control.ClipView, error) {
	r, err := newClipRun(ctx, in)
	if err != nil {
		return control.ClipView{}, err
	}
	return r.run(ctx)
}

// clipRun is one run of Clip.
type clipRun struct {
	request clip.Request
	options control.ClipOptions
	log     log.Logger

	state clip.State
	seq   int // number of the last change that was recorded
	round int // 1, and one more for each retry

	place      task.LocateResult  // where the recording is; empty until located
	file       *task.EncodeResult // nil until encoded
	deliveries []*delivery        // one for each destination, the first one first
	url        string             // at the first destination, once published
	last       *clip.Failure      // why the last round failed

	heldUntil  time.Time // zero unless waiting for the publish delay
	hurry      bool      // somebody ended the publish delay
	retryUntil time.Time // zero unless failed and open
	parked     bool      // failed, and a retry would be heard
	over       bool      // nothing will change any more

	retry   *control.RetryInput   // asked for while parked
	abandon *control.AbandonInput // asked for at any time

	work     workflow.Context // ends with the workflow and when the clip is abandoned
	stopWork workflow.CancelFunc
}

func newClipRun(ctx workflow.Context, in control.ClipInput) (*clipRun, error) {
	r := &clipRun{
		request: in.Request,
		options: clipDefaults(in.Options),
		state:   clip.Queued,
		round:   1,
		log:     log.With(workflow.GetLogger(ctx), "creator", in.Request.CreatorID),
	}
	for _, name := range in.Request.Destinations() {
		r.deliveries = append(r.deliveries, &delivery{destination: name, state: clip.UploadWaiting})
	}
	r.work, r.stopWork = workflow.WithCancel(ctx)
	if !clip.ValidID(r.request.ClipID) || r.request.Length() <= 0 {
		return nil, temporal.NewNonRetryableApplicationError(
			"a clip needs an id of six characters and a span that ends after it starts", string(clip.Internal), nil)
	}
	return r, r.listen(ctx)
}

// clipDefaults fills in what the operator left open.
func clipDefaults(o control.ClipOptions) control.ClipOptions {
	orDuration := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	if o.UploadAttempts <= 0 {
		o.UploadAttempts = 8
	}
	orDuration(&o.UploadBackoff, 5*time.Second) // 5+10+…+320 s: eight attempts in about ten minutes
	orDuration(&o.RetryWindow, 7*24*time.Hour)
	orDuration(&o.CapturePatience, time.Minute)
	orDuration(&o.CoveragePatience, 90*time.Second)
	return o
}

func (r *clipRun) run(ctx workflow.Context) (control.ClipView, error) {
	r.show(ctx)
	for {
		err := r.attempt(r.work)
		if err == nil {
			return r.close(ctx), nil
		}
		if err := r.fail(ctx, err); err != nil {
			return r.close(ctx), err
		}
		if r.abandon != nil {
			return r.close(ctx), nil
		}
		retried, err := r.awaitRetry(ctx)
		switch {
		case err != nil:
			return r.close(ctx), err
		case r.abandon != nil:
			return r.close(ctx), nil
		case !retried:
			view := r.close(ctx)
			return view, temporal.NewNonRetryableApplicationError(r.last.Message, string(r.last.Code), nil)
		}
		r.round++
	}
}

// attempt takes the clip from where it stands to published.
func (r *clipRun) attempt(ctx workflow.Context) error {
	if r.file == nil {
		if err := r.produce(ctx); err != nil {
			return err
		}
	}
	return r.publish(ctx)
}

// close ends the clip's story: whoever waits in a handler gets an answer.
func (r *clipRun) close(ctx workflow.Context) control.ClipView {
	r.over, r.parked, r.retryUntil = true, false, time.Time{}
	r.show(ctx)
	settled, _ := workflow.NewDisconnectedContext(ctx)
	// The handlers wait for nothing but r.over and records of changes.
	_ = workflow.Await(settled, func() bool { return workflow.AllHandlersFinished(settled) })
	return r.view()
}
