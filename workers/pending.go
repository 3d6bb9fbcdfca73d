package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	activitypb "go.temporal.io/api/activity/v1"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// predecessor signs what is done on behalf of a process that is gone.
const predecessor = "reset at start"

// SetShardTimeout gives the shards that run already the time that IngestInput gives
// to those which are to be started, from their next attempt on: earlier runs on this
// server may have been of another kind.
func SetShardTimeout(ctx context.Context, c client.Client, timeout time.Duration) error {
	for shard := range control.Shards {
		_, err := c.WorkflowService().UpdateActivityOptions(ctx, &workflowservice.UpdateActivityOptionsRequest{ //nolint:staticcheck // the successor is not on every server yet
			Namespace:       control.Namespace,
			Execution:       &commonpb.WorkflowExecution{WorkflowId: control.IngestShardID(shard)},
			Identity:        predecessor,
			Activity:        &workflowservice.UpdateActivityOptionsRequest_Id{Id: task.Ingest.Name},
			ActivityOptions: &activitypb.ActivityOptions{HeartbeatTimeout: durationpb.New(timeout)},
			UpdateMask:      &fieldmaskpb.FieldMask{Paths: []string{"heartbeat_timeout"}},
		})
		if err != nil && !gone(err) {
			return fmt.Errorf("set the heartbeat timeout of %s: %w", control.IngestShardID(shard), err)
		}
	}
	return nil
}

// ResetPending frees what a predecessor of this process left behind on the
// server, so that nothing waits for its heartbeats to time out: its running
// attempts are failed, attempts that wait are made to run at once, and workflow
// tasks no longer look for its cache. It returns how many attempts it freed.
//
// Only a process that holds the exclusive lock of the state directory may call
// it, before it starts its own workers, and only on a server that no other
// workers use: every attempt it finds running, it takes for dead.
func ResetPending(ctx context.Context, c client.Client, namespace string) (freed int, err error) {
	// Failed clips wait for people, perhaps hundreds of them, and hold nothing.
	state := control.AttrClipState.GetName()
	query := fmt.Sprintf(`ExecutionStatus = "Running" AND (%s IS NULL OR %s != "%s")`, state, state, clip.Failed)
	request := &workflowservice.ListWorkflowExecutionsRequest{Namespace: namespace, Query: query, PageSize: 500}
	for {
		page, err := c.WorkflowService().ListWorkflowExecutions(ctx, request)
		if err != nil {
			return freed, fmt.Errorf("list what a predecessor left running: %w", err)
		}
		for _, execution := range page.GetExecutions() {
			n, err := resetWorkflow(ctx, c, namespace, execution.GetExecution())
			freed += n
			if err != nil && !gone(err) {
				return freed, err
			}
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return freed, nil
		}
	}
}

func resetWorkflow(ctx context.Context, c client.Client, namespace string, execution *commonpb.WorkflowExecution) (freed int, err error) {
	service := c.WorkflowService()
	_, err = service.ResetStickyTaskQueue(ctx, &workflowservice.ResetStickyTaskQueueRequest{Namespace: namespace, Execution: execution})
	if err != nil {
		return 0, fmt.Errorf("release the tasks of %s: %w", execution.GetWorkflowId(), err)
	}
	described, err := service.DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
		Namespace: namespace, Execution: execution,
	})
	if err != nil {
		return 0, fmt.Errorf("look at %s: %w", execution.GetWorkflowId(), err)
	}
	for _, pending := range described.GetPendingActivities() {
		if pending.GetPaused() {
			continue // an operator's decision
		}
		if err := resetActivity(ctx, service, namespace, execution, pending); err != nil && !gone(err) {
			return freed, fmt.Errorf("free activity %s of %s: %w", pending.GetActivityId(), execution.GetWorkflowId(), err)
		}
		freed++
	}
	return freed, nil
}

// resetActivity makes a pending activity start anew. Resetting alone gives it
// back its attempts and its place in the queue, but leaves an attempt that
// counts as running to its timeout; that one is failed in its worker's name.
func resetActivity(
	ctx context.Context, service workflowservice.WorkflowServiceClient, namespace string,
	execution *commonpb.WorkflowExecution, pending *workflowpb.PendingActivityInfo,
) error {
	_, err := service.ResetActivity(ctx, &workflowservice.ResetActivityRequest{ //nolint:staticcheck // the successor is not on every server yet
		Namespace: namespace,
		Execution: execution,
		Identity:  predecessor,
		Activity:  &workflowservice.ResetActivityRequest_Id{Id: pending.GetActivityId()},
	})
	if err != nil {
		return err
	}
	switch pending.GetState() {
	case enumspb.PENDING_ACTIVITY_STATE_STARTED, enumspb.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED:
	default:
		return nil
	}
	_, err = service.RespondActivityTaskFailedById(ctx, &workflowservice.RespondActivityTaskFailedByIdRequest{
		Namespace:  namespace,
		WorkflowId: execution.GetWorkflowId(),
		RunId:      execution.GetRunId(),
		ActivityId: pending.GetActivityId(),
		Identity:   predecessor,
		Failure: &failurepb.Failure{
			Message: "the process that ran this attempt is gone",
			FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{
				Type: "handed_over", Category: enumspb.APPLICATION_ERROR_CATEGORY_BENIGN,
			}},
		},
	})
	return err
}

// gone reports whether what was to be reset has ended meanwhile.
func gone(err error) bool {
	var notFound *serviceerror.NotFound
	return errors.As(err, &notFound)
}
