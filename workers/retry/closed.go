package retry

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// reopen resets a closed workflow to the point where it scheduled what it did
// not finish, and waits until a worker goes on with it.
func (c *Clips) reopen(ctx context.Context, id string, in control.RetryInput, info *workflowpb.WorkflowExecutionInfo) (Outcome, error) {
	events, err := c.history(ctx, info)
	if err != nil {
		return Outcome{}, fmt.Errorf("read the history of clip %s: %w", id, err)
	}
	to, err := pointOf(id, events, in.Destination)
	if err != nil {
		return Outcome{}, err
	}
	reason := "retry"
	if in.By != "" {
		reason += " by " + in.By
	}
	reset, err := c.Temporal.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: c.Namespace, WorkflowExecution: info.GetExecution(), Reason: reason, RequestId: uuid.NewString(),
		WorkflowTaskFinishEventId: to.event,
		// What was asked of the old run after the point does not concern the new one.
		// Updates do: the workflow task that is reset may have begun a retry.
		ResetReapplyExcludeTypes: []enumspb.ResetReapplyExcludeType{enumspb.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL},
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("reset the workflow of clip %s to event %d: %w", id, to.event, err)
	}
	outcome := Outcome{
		ClipID: id, Action: Reopened, State: to.state, Activities: to.activities, EventID: to.event, RunID: reset.GetRunId(),
	}
	return outcome, c.await(ctx, id, "its workflow is open again", func(found *workflowservice.DescribeWorkflowExecutionResponse) bool {
		return found.GetPendingWorkflowTask() == nil
	})
}

func (c *Clips) history(ctx context.Context, info *workflowpb.WorkflowExecutionInfo) (events []*historypb.HistoryEvent, err error) {
	all := c.Temporal.GetWorkflowHistory(ctx, info.GetExecution().GetWorkflowId(), info.GetExecution().GetRunId(), false,
		enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for all.HasNext() {
		event, err := all.Next()
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

// Abandon gives a clip up for good: one that failed closes, one that is being
// made is stopped. It returns when the workflow has closed.
//
// Errors are ErrUnknown, ErrPublished, ErrOver for a clip that is closed
// already, ErrNoWorker, and what Temporal answers.
func (c *Clips) Abandon(ctx context.Context, id string, in control.AbandonInput) (Outcome, error) {
	found, err := c.find(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	info := found.GetWorkflowExecutionInfo()
	switch info.GetStatus() {
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED:
	case enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return Outcome{}, c.completed(ctx, id, info)
	default:
		return Outcome{}, refuse(ErrOver, "clip %s is closed already; nobody waits for it", id)
	}
	run := info.GetExecution()
	if err := c.Temporal.SignalWorkflow(ctx, run.GetWorkflowId(), run.GetRunId(), control.SignalAbandon, in); err != nil {
		return Outcome{}, fmt.Errorf("tell the workflow of clip %s that it is abandoned: %w", id, err)
	}
	waiting, stop := context.WithTimeout(ctx, c.Patience)
	defer stop()
	var view control.ClipView
	err = c.Temporal.GetWorkflow(waiting, run.GetWorkflowId(), run.GetRunId()).Get(waiting, &view)
	switch {
	case err != nil && ctx.Err() == nil && ranOut(waiting, err):
		return Outcome{}, refuse(ErrNoWorker, "no worker answered for clip %s within %s: is `streamsuites worker` running? "+
			"The clip is abandoned as soon as one is", id, c.Patience)
	case err != nil:
		return Outcome{}, fmt.Errorf("wait for the end of clip %s: %w", id, err)
	case view.State == clip.Published:
		return Outcome{}, published(id, view.URL)
	}
	return Outcome{ClipID: id, Action: Abandoned, State: view.State}, nil
}
