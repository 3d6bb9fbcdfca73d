package activities

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/streamsuites/streamsuites/activities/task"
)

// ShardRunner reads the chats of a shard's creators until ctx ends. It calls
// heartbeat every few seconds while it is well; who does not is replaced.
type ShardRunner interface {
	RunShard(ctx context.Context, shard int, heartbeat func(details any)) error
}

// shardPause is how long a shard whose attempt failed waits for the next one.
const shardPause = time.Second

// Ingest runs shards.
//
// A shard's heartbeats reach the server so rarely that two fit into the time after
// which it counts as dead: there are many of them, and they never end.
type Ingest struct{ Host ShardRunner }

// untilSucceeded is how long a shard that the server has given up goes on, unless
// its successor has taken it over: chat that nobody reads is lost, and two who read
// the same are told apart by the creators' epochs.
const untilSucceeded = 30 * time.Second

// Run runs a shard until it is cancelled or the worker stops. Every other end
// is an error, after which it is tried again.
func (a *Ingest) Run(ctx context.Context, in task.IngestInput) (task.Nothing, error) {
	work := beginLingering(ctx, untilSucceeded)
	defer work.finish()
	work.line.every = activity.GetInfo(ctx).HeartbeatTimeout * 2 / 5
	work.heartbeat(nil)
	if err := work.lost(); err != nil {
		return task.Nothing{}, err
	}
	err := a.Host.RunShard(work, in.Shard, work.heartbeat)
	switch {
	case err == nil && work.Err() == nil:
		err = fmt.Errorf("shard %d ended by itself", in.Shard)
	case err == nil:
		err = fmt.Errorf("shard %d is no longer this attempt's: %w", in.Shard, context.Cause(work))
	}
	// The first retry after a lost worker comes at once; one after an error waits.
	return task.Nothing{}, work.outcome(&task.Later{After: shardPause, Err: err})
}
