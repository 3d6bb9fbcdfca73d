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

const (
	// hostPatience is how long work waits for the machine that has the files.
	hostPatience = time.Hour

	encodeAttempts = 5
	encodeLimit    = time.Hour // for one attempt, the wait for a free encoder included
)

// produce makes the clip's file. The clip stays queued until the recording
// covers its span; a retry, which cannot go back to queued, waits in encoding.
func (r *clipRun) produce(ctx workflow.Context) error {
	if r.state == clip.Failed {
		if err := r.become(ctx, change{state: clip.Encoding}); err != nil {
			return err
		}
	}
	if err := r.locate(ctx); err != nil {
		return err
	}
	if err := r.awaitCoverage(ctx); err != nil {
		return err
	}
	if r.state == clip.Queued {
		if err := r.become(ctx, change{state: clip.Encoding}); err != nil {
			return err
		}
	}
	file, err := r.encode(ctx)
	if err != nil {
		return err
	}
	r.file = &file
	return r.become(ctx, change{state: clip.Encoded, file: &file})
}

// locate finds the host that records the stream. A clip may be asked for before
// the recording has begun.
func (r *clipRun) locate(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, short(task.Locate.Name, "which host has the recording"))
	place, err := execute(ctx, task.Locate, task.LocateInput{
		CreatorID: r.request.CreatorID,
		Start:     r.request.Start,
		End:       r.request.End,
		Deadline:  workflow.Now(ctx).Add(r.options.CapturePatience),
	})
	r.place = place
	return err
}

// awaitCoverage waits until the recording reaches past the end of the span.
func (r *clipRun) awaitCoverage(ctx workflow.Context) error {
	wait := max(r.request.End.Sub(workflow.Now(ctx)), 0) + r.options.CoveragePatience
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:              control.MediaQueue(r.place.Host),
		ActivityID:             task.Await.Name,
		Summary:                "until the recording covers " + clock(r.request.End),
		ScheduleToStartTimeout: hostPatience,
		StartToCloseTimeout:    wait + 10*time.Minute,
		HeartbeatTimeout:       heartbeat,
		WaitForCancellation:    true,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 15 * time.Second},
	})
	_, err := execute(ctx, task.Await, task.AwaitInput{
		ClipID:   r.request.ClipID,
		Dir:      r.place.Dir,
		Start:    r.request.Start,
		End:      r.request.End,
		Patience: r.options.CoveragePatience,
	})
	return err
}

func (r *clipRun) encode(ctx workflow.Context) (task.EncodeResult, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:              control.MediaQueue(r.place.Host),
		ActivityID:             task.Encode.Name,
		Summary:                fmt.Sprintf("%s of video, round %d", r.request.Length().Round(time.Millisecond), r.round),
		ScheduleToStartTimeout: hostPatience,
		StartToCloseTimeout:    encodeLimit,
		HeartbeatTimeout:       heartbeat,
		WaitForCancellation:    true,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, MaximumInterval: 30 * time.Second, MaximumAttempts: encodeAttempts,
		},
	})
	return execute(ctx, task.Encode, task.EncodeInput{
		ClipID: r.request.ClipID,
		Dir:    r.place.Dir,
		Start:  r.request.Start,
		End:    r.request.End,
	})
}
