package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
)

// SnapshotExport writes what changed to the exports: the safety net below the
// exporter that listens for changes.
func SnapshotExport(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, housekeeping(task.Snapshot.Name, 25*time.Second))
	_, err := execute(ctx, task.Snapshot, task.Nothing{})
	return err
}

// QuotaReset begins a new quota day. It may run twice for one day.
func QuotaReset(ctx workflow.Context) (task.ResetResult, error) {
	ctx = workflow.WithActivityOptions(ctx, housekeeping(task.Reset.Name, 5*time.Minute))
	return execute(ctx, task.Reset, task.ResetInput{Now: workflow.Now(ctx)})
}

// Retention forgets what is older than its retention, and makes room for the
// days to come.
func Retention(ctx workflow.Context) (task.RetainResult, error) {
	ctx = workflow.WithActivityOptions(ctx, housekeeping(task.Retain.Name, 10*time.Minute))
	return execute(ctx, task.Retain, task.RetainInput{Now: workflow.Now(ctx)})
}

// housekeeping are the options of an activity whose schedule will ask again
// anyway: it tries for as long as its turn lasts.
func housekeeping(id string, turn time.Duration) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:              control.QueueExports,
		ActivityID:             id,
		StartToCloseTimeout:    turn,
		ScheduleToCloseTimeout: turn,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 10 * time.Second},
	}
}
