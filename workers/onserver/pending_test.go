//go:build unix

package onserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/workers"
)

// These tests run alone: what they reset, they take for a dead process's.

func TestWhatADeadProcessWasDoingBeginsAgainAtOnce(t *testing.T) { //nolint:paralleltest // see above
	run := startClip(t, "orphan", control.ClipOptions{}, behaviour{host: "dead-host"})
	first := pollAs(t, "dead-host")
	require.Equal(t, task.Await.Name, first.GetActivityType().GetName())

	began := time.Now()
	eventually(t, func() bool { // the list of workflows lags behind by a moment
		freed, err := workers.ResetPending(t.Context(), server.main, control.Namespace)
		return err == nil && freed > 0
	})
	second := pollAs(t, "dead-host")
	require.Equal(t, first.GetActivityId(), second.GetActivityId())
	require.Less(t, time.Since(began), 8*time.Second, "far below the heartbeat timeout")
	require.NoError(t, server.main.TerminateWorkflow(t.Context(), run.GetID(), "", "end of the test"))
}

func TestWhatOperatorsPausedStaysPaused(t *testing.T) { //nolint:paralleltest // see above
	run := startClip(t, "paused", control.ClipOptions{}, behaviour{host: "dead-host-2"})
	pollAs(t, "dead-host-2")
	_, err := server.main.WorkflowService().PauseActivity(t.Context(), &workflowservice.PauseActivityRequest{ //nolint:staticcheck // what operators' tools send
		Namespace: control.Namespace, Execution: execution(run),
		Activity: &workflowservice.PauseActivityRequest_Id{Id: task.Await.Name},
	})
	require.NoError(t, err)
	_, err = workers.ResetPending(t.Context(), server.main, control.Namespace)
	require.NoError(t, err)
	all := pending(t, run.GetID())
	require.Len(t, all, 1)
	require.True(t, all[0].GetPaused())
	require.NoError(t, server.main.TerminateWorkflow(t.Context(), run.GetID(), "", "end of the test"))
}

func TestShardsThatRunAlreadyAreGivenTheTimeOfThisRun(t *testing.T) { //nolint:paralleltest // see above
	const creator = "timeout-a"
	shard := control.ShardOf(creator)
	require.NoError(t, workers.Reconcile(t.Context(), server.main, control.Reconcile{CreatorIDs: []string{creator}}))
	require.Equal(t, "began", next(t, server.world.attempts(shard)))
	timeout := func() time.Duration {
		all := pending(t, control.IngestShardID(shard))
		require.Len(t, all, 1)
		return all[0].GetActivityOptions().GetHeartbeatTimeout().AsDuration()
	}
	require.Equal(t, control.ShardTimeout, timeout())
	for _, want := range []time.Duration{time.Minute, control.ShardTimeout} {
		require.NoError(t, workers.SetShardTimeout(t.Context(), server.main, want), "most shards have no creators and do not run")
		require.Equal(t, want, timeout())
	}
	cancel(t, control.IngestShardID(shard))
	cancel(t, control.SupervisorID)
	require.NoError(t, workers.SetShardTimeout(t.Context(), server.main, time.Minute), "a shard that has ended has none")
}

func TestNothingPendingIsNothingToReset(t *testing.T) { //nolint:paralleltest // see above
	result(t, startClip(t, "nopend", control.ClipOptions{}, behaviour{}))
	eventually(t, func() bool {
		freed, err := workers.ResetPending(t.Context(), server.main, control.Namespace)
		return err == nil && freed == 0
	})
}

// pollAs takes an activity as the worker of a host does, and never answers.
func pollAs(t *testing.T, host string) *workflowservice.PollActivityTaskQueueResponse {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	taken, err := server.main.WorkflowService().PollActivityTaskQueue(ctx, &workflowservice.PollActivityTaskQueueRequest{
		Namespace: control.Namespace, Identity: "a process that will be killed",
		TaskQueue: &taskqueuepb.TaskQueue{Name: control.MediaQueue(host), Kind: enumspb.TASK_QUEUE_KIND_NORMAL},
	})
	require.NoError(t, err)
	require.NotEmpty(t, taken.GetTaskToken())
	return taken
}
