package retry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// look is how often the server is asked whether a worker has answered.
const look = 100 * time.Millisecond

// retryRunning brings forward what waits for its next attempt, and asks the
// workflow about everything else: what has failed, and what waits for a time.
func (c *Clips) retryRunning(
	ctx context.Context, id string, in control.RetryInput, found *workflowservice.DescribeWorkflowExecutionResponse,
) (Outcome, error) {
	state := stateOf(found)
	if state == clip.Published { // recorded, and about to close
		return Outcome{}, published(id, "")
	}
	hastened := stalled(found.GetPendingActivities(), in.Destination)
	if len(hastened) == 0 {
		return c.askToRetry(ctx, id, in, found)
	}
	if err := c.hasten(ctx, id, hastened); err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{ClipID: id, Action: Hastened, State: state, Activities: idsOf(hastened)}
	if !leavesOthers(found, in.Destination, outcome.Activities) {
		return outcome, nil
	}
	asked, err := c.askToRetry(ctx, id, in, found)
	switch {
	case err == nil:
		asked.Activities = outcome.Activities
		return asked, nil
	case errors.Is(err, ErrNotFailed): // the other destinations are on their way
		return outcome, nil
	default:
		return outcome, err
	}
}

// askToRetry sends the update, whose validator knows what can be retried. The
// update's id makes it one request, however often the client has to send it.
func (c *Clips) askToRetry(
	ctx context.Context, id string, in control.RetryInput, found *workflowservice.DescribeWorkflowExecutionResponse,
) (Outcome, error) {
	waiting, stop := context.WithTimeout(ctx, c.Patience)
	defer stop()
	handle, err := c.Temporal.UpdateWorkflow(waiting, client.UpdateWorkflowOptions{
		WorkflowID: control.ClipWorkflowID(id), UpdateName: control.UpdateRetry, UpdateID: "retry-" + uuid.NewString(),
		Args: []any{in}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	var answer control.RetryResult
	if err == nil {
		err = handle.Get(waiting, &answer)
	}
	var refused *temporal.ApplicationError
	switch {
	case err == nil:
		return Outcome{ClipID: id, Action: Retried, State: answer.State, Round: answer.Round, Destinations: answer.Destinations}, nil
	case errors.As(err, &refused):
		return Outcome{}, refuse(ErrNotFailed, "%s", refused.Message()+unattended(found.GetPendingActivities()))
	case ctx.Err() == nil && ranOut(waiting, err):
		return Outcome{}, refuse(ErrNoWorker, "no worker answered for clip %s within %s: is `streamsuites worker` running? "+
			"The request may still be heard when one comes", id, c.Patience)
	default:
		return Outcome{}, fmt.Errorf("ask the workflow of clip %s to retry: %w", id, err)
	}
}

// hasten makes activities begin their next attempt, and waits until they have.
func (c *Clips) hasten(ctx context.Context, id string, waiting []*workflowpb.PendingActivityInfo) error {
	execution := &commonpb.WorkflowExecution{WorkflowId: control.ClipWorkflowID(id)}
	for _, p := range waiting {
		_, err := c.Activities.ResetActivity(ctx, &workflowservice.ResetActivityRequest{ //nolint:staticcheck // the successor is not on every server yet
			Namespace: c.Namespace, Execution: execution, Identity: "streamsuites",
			Activity: &workflowservice.ResetActivityRequest_Id{Id: p.GetActivityId()},
		})
		if err != nil && !missing(err) { // gone: its attempt came by itself meanwhile
			return fmt.Errorf("begin the next attempt of %s of clip %s: %w", p.GetActivityId(), id, err)
		}
	}
	return c.await(ctx, id, strings.Join(idsOf(waiting), " and ")+" is due",
		func(found *workflowservice.DescribeWorkflowExecutionResponse) bool {
			return !slices.ContainsFunc(found.GetPendingActivities(), func(p *workflowpb.PendingActivityInfo) bool {
				return slices.ContainsFunc(waiting, func(before *workflowpb.PendingActivityInfo) bool { return stillWaits(before, p) })
			})
		})
}

// await looks at a clip's workflow until a worker has taken something up. what
// says what waits for it.
func (c *Clips) await(
	ctx context.Context, id, what string, taken func(*workflowservice.DescribeWorkflowExecutionResponse) bool,
) error {
	waiting, stop := context.WithTimeout(ctx, c.Patience)
	defer stop()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		found, err := c.Temporal.DescribeWorkflowExecution(waiting, control.ClipWorkflowID(id), "")
		switch {
		case err == nil && taken(found):
			return nil
		case err != nil && !ranOut(waiting, err):
			return fmt.Errorf("look at the workflow of clip %s: %w", id, err)
		}
		select {
		case <-tick.C:
		case <-waiting.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return refuse(ErrNoWorker, "clip %s: %s, but no worker took it up within %s: is `streamsuites worker` running%s?",
				id, what, c.Patience, where(found.GetPendingActivities()))
		}
	}
}

// stalled are the activities that wait for their next attempt or were paused;
// with a destination, only its upload.
func stalled(pending []*workflowpb.PendingActivityInfo, destination string) (found []*workflowpb.PendingActivityInfo) {
	for _, p := range pending {
		if destination != "" && p.GetActivityId() != uploadID(destination) {
			continue
		}
		between := p.GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED && p.GetAttempt() > 1
		if between || p.GetPaused() {
			found = append(found, p)
		}
	}
	return found
}

// stillWaits reports whether now is an activity that has not begun an attempt
// since before was seen.
func stillWaits(before, now *workflowpb.PendingActivityInfo) bool {
	return before.GetActivityId() == now.GetActivityId() &&
		now.GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED &&
		before.GetLastStartedTime().AsTime().Equal(now.GetLastStartedTime().AsTime())
}

// leavesOthers reports whether a clip has destinations that may wait for
// something else than a next attempt.
func leavesOthers(found *workflowservice.DescribeWorkflowExecutionResponse, destination string, hastened []string) bool {
	if destination != "" {
		return false
	}
	return slices.ContainsFunc(attribute[[]string](found, control.AttrDestinations.GetName()), func(d string) bool {
		return !slices.Contains(hastened, uploadID(d))
	})
}

// unattended says which activities no worker has taken yet.
func unattended(pending []*workflowpb.PendingActivityInfo) string {
	var ids []string
	for _, p := range pending {
		if p.GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED {
			ids = append(ids, p.GetActivityId())
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return fmt.Sprintf("; no worker has taken %s yet: is `streamsuites worker` running%s?", strings.Join(ids, " and "), where(pending))
}

// where names the host that a worker is missed on, as far as one is.
func where(pending []*workflowpb.PendingActivityInfo) string {
	for _, p := range pending {
		queue := p.GetActivityOptions().GetTaskQueue().GetName()
		if host, media := strings.CutPrefix(queue, control.MediaQueue("")); media && p.GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED {
			return " on host " + host
		}
	}
	return ""
}

func idsOf(pending []*workflowpb.PendingActivityInfo) []string {
	ids := make([]string, len(pending))
	for i, p := range pending {
		ids[i] = p.GetActivityId()
	}
	return ids
}

// stateOf is the state that a clip's workflow shows; empty when it shows none.
func stateOf(found *workflowservice.DescribeWorkflowExecutionResponse) clip.State {
	return attribute[clip.State](found, control.AttrClipState.GetName())
}

// attribute is a search attribute of a workflow; its zero value when it has none.
func attribute[T any](found *workflowservice.DescribeWorkflowExecutionResponse, name string) (value T) {
	payload := found.GetWorkflowExecutionInfo().GetSearchAttributes().GetIndexedFields()[name]
	if payload == nil || converter.GetDefaultDataConverter().FromPayload(payload, &value) != nil {
		var none T
		return none
	}
	return value
}
