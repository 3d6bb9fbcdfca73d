package workflows

import (
	"cmp"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
)

// IngestShard holds the one activity that reads the chats of a shard's creators
// for ever. Heartbeats and retries add no events, so it never continues as new,
// which the activity would not survive. It ends only by cancellation.
func IngestShard(ctx workflow.Context, in control.IngestInput) error {
	workflow.SetCurrentDetails(ctx, fmt.Sprintf(
		"Reads the chats of shard %d. The pending activity `ingest` shows which host holds it and how far it is.", in.Shard))
	options := endless(control.QueueIngest, task.Ingest.Name, fmt.Sprintf("chats of shard %d", in.Shard))
	options.HeartbeatTimeout = cmp.Or(in.Timeout, control.ShardTimeout)
	// Nobody reads the chats meanwhile. Attempts that fail say themselves how
	// long to wait, so this is the pause after a host that died or stopped.
	options.RetryPolicy.InitialInterval = 100 * time.Millisecond
	ctx = workflow.WithActivityOptions(ctx, options)
	_, err := execute(ctx, task.Ingest, task.IngestInput{Shard: in.Shard})
	if ctx.Err() != nil {
		// However the activity ended, also by the death of its worker.
		return ctx.Err()
	}
	return err
}
