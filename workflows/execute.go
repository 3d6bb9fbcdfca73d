package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
)

// unbounded is the longest that the server lets an activity run in effect.
const unbounded = 10 * 365 * 24 * time.Hour

// heartbeat is how soon a dead worker is noticed.
const heartbeat = 15 * time.Second

// execute runs an activity with the options of ctx and waits for its result.
func execute[In, Out any](ctx workflow.Context, activity task.Activity[In, Out], in In) (Out, error) {
	var out Out
	err := workflow.ExecuteActivity(ctx, activity.Name, in).Get(ctx, &out)
	return out, err
}

// executeLocal is execute on the workflow's own worker, without events.
func executeLocal[In, Out any](ctx workflow.Context, activity task.Activity[In, Out], in In) (Out, error) {
	var out Out
	err := workflow.ExecuteLocalActivity(ctx, activity.Name, in).Get(ctx, &out)
	return out, err
}

// endless are the options of an activity that runs for as long as its workflow
// exists: only its heartbeat is limited, and every failure is tried again after
// a moment, for ever, without an event in the history.
func endless(queue, id, summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:           queue,
		ActivityID:          id,
		Summary:             summary,
		StartToCloseTimeout: unbounded,
		HeartbeatTimeout:    heartbeat,
		WaitForCancellation: true,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    time.Second,
			BackoffCoefficient: 1,
			MaximumInterval:    2 * time.Second,
		},
	}
}

// short are the options of an activity that only asks the database: every
// failure is tried again, for ever.
func short(id, summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:           control.QueueControl,
		ActivityID:          id,
		Summary:             summary,
		StartToCloseTimeout: 30 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    2 * time.Second,
			BackoffCoefficient: 1,
		},
	}
}
