package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
)

const (
	// captureGrace is how long a capture goes on after its stream is said to
	// be over: the last segments, and the clips of the last moment, come late.
	captureGrace = 90 * time.Second

	// A source that ended while the platform says that the stream is live is
	// asked again after a while that doubles from the one to the other.
	resumeAfter, resumeAfterAtMost = 15 * time.Second, 2 * time.Minute
)

// Capture records one stream into the rolling buffer until the stream is over.
// It holds one long activity, whose heartbeats and retries add no events.
func Capture(ctx workflow.Context, in control.CaptureInput) error {
	return newCaptureRun(ctx, in).run(ctx)
}

// captureRun is one run of Capture.
type captureRun struct {
	in   control.CaptureInput
	ends workflow.ReceiveChannel
	over bool // the platform says that the stream ended
	dry  int  // times in a row that the source ended without having sent anything
}

func newCaptureRun(ctx workflow.Context, in control.CaptureInput) *captureRun {
	if in.Grace <= 0 {
		in.Grace = captureGrace
	}
	r := &captureRun{in: in}
	r.ends = workflow.GetSignalChannelWithOptions(ctx, control.SignalStreamEnd, workflow.SignalChannelOptions{
		Description: `The platform says that the stream ended: recording stops after a grace period. With {"back":true} it is live again.`,
	})
	workflow.GoNamed(ctx, "listen", func(ctx workflow.Context) {
		for {
			var end control.StreamEnd
			r.ends.Receive(ctx, &end)
			r.over = !end.Back
		}
	})
	return r
}

func (r *captureRun) run(ctx workflow.Context) error {
	for {
		if err := r.record(ctx); err != nil {
			return err
		}
		if err := r.awaitSource(ctx); err != nil {
			return err
		}
		if r.over {
			workflow.SetCurrentDetails(ctx, "The stream is over.")
			return nil
		}
		// Nothing runs at this point, so a new run leaves nothing behind.
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			return workflow.NewContinueAsNewError(ctx, control.WorkflowCapture, r.in)
		}
	}
}

// record runs the activity until the source ends by itself, or until the stream
// has been over for the grace period.
func (r *captureRun) record(ctx workflow.Context) error {
	stream := r.in.Stream
	recording, stop := workflow.WithCancel(workflow.WithActivityOptions(ctx, endless(
		control.QueueCapture, task.Capture.Name, fmt.Sprintf("%s on %s", stream.Channel, stream.Platform))))
	defer stop()
	activity := workflow.ExecuteActivity(recording, task.Capture.Name, task.CaptureInput{Stream: stream})
	for !activity.IsReady() {
		passed, err := r.watch(ctx, activity)
		if err != nil || passed {
			stop()
			// The outcome of a recording that was stopped says nothing.
			_ = activity.Get(ctx, nil)
			return err
		}
	}
	var result task.CaptureResult
	if err := activity.Get(ctx, &result); err != nil {
		return fmt.Errorf("record stream %s: %w", stream.StreamID, err)
	}
	if r.dry++; result.Segments > 0 {
		r.dry = 0
	}
	return nil
}

// watch waits for the next turn: while the stream is live, for its end; while
// it is over, for it to come back or for the grace period to pass, which it
// reports. It returns early when the activity ends.
func (r *captureRun) watch(ctx workflow.Context, activity workflow.Future) (passed bool, err error) {
	if !r.over {
		workflow.SetCurrentDetails(ctx, "Recording. The pending activity `capture` shows how far.")
		return false, workflow.Await(ctx, func() bool { return r.over || activity.IsReady() })
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("The stream is over. Recording stops in %s.", r.in.Grace))
	passed, err = workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout: r.in.Grace, TimerOptions: workflow.TimerOptions{Summary: "grace for the last segments"},
	}, func() bool { return !r.over || activity.IsReady() })
	return !passed && err == nil, err
}

// awaitSource waits, after the source has ended by itself, until the stream is
// over or it is time to ask the source again.
func (r *captureRun) awaitSource(ctx workflow.Context) error {
	if r.over {
		return nil
	}
	wait := min(resumeAfter<<min(r.dry, 8), resumeAfterAtMost)
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("The source ended, the stream is still live. Asking again in %s.", wait))
	_, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout: wait, TimerOptions: workflow.TimerOptions{Summary: "before the source is asked again"},
	}, func() bool { return r.over })
	return err
}
