package retry

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// Temporal is what this package needs of the SDK's client.
type Temporal interface {
	DescribeWorkflowExecution(ctx context.Context, workflowID, runID string) (*workflowservice.DescribeWorkflowExecutionResponse, error)
	GetWorkflow(ctx context.Context, workflowID, runID string) client.WorkflowRun
	GetWorkflowHistory(ctx context.Context, workflowID, runID string, isLongPoll bool, filter enumspb.HistoryEventFilterType) client.HistoryEventIterator
	ResetWorkflowExecution(ctx context.Context, request *workflowservice.ResetWorkflowExecutionRequest) (*workflowservice.ResetWorkflowExecutionResponse, error)
	SignalWorkflow(ctx context.Context, workflowID, runID, signal string, arg any) error
	UpdateWorkflow(ctx context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error)
}

// Activities is what this package needs of the server's own interface, because
// the SDK's client does not have it.
type Activities interface {
	ResetActivity(ctx context.Context, request *workflowservice.ResetActivityRequest, options ...grpc.CallOption) (*workflowservice.ResetActivityResponse, error)
}

// Rows are the clips that the database knows. They are asked only about a clip
// that Temporal does not know.
type Rows interface {
	// Clip returns store.ErrNotFound for a clip that never was.
	Clip(ctx context.Context, id string) (clip.Clip, error)
}

// Clips are the clips of one namespace.
type Clips struct {
	Temporal   Temporal
	Activities Activities
	Rows       Rows
	Namespace  string        // of the clips, as the clients above use it
	Patience   time.Duration // how long a worker may take to answer
}

// Action is what was done about a clip.
type Action string

// The actions.
const (
	Retried   Action = "retried"   // the workflow was asked, and tries again what failed or waited for a time
	Hastened  Action = "hastened"  // what waited for its next attempt runs now
	Reopened  Action = "reopened"  // a closed workflow goes on from an earlier event
	Abandoned Action = "abandoned" // the clip was given up
)

// Outcome is what came of a request.
type Outcome struct {
	ClipID string
	Action Action
	State  clip.State // where the clip stands then

	Round        int      // for Retried: the number of the round; 0 otherwise
	Destinations []string // for Retried: which are tried; none for a clip without a file
	Activities   []string // ids of the activities that were hastened or begin again
	EventID      int64    // for Reopened: the event that the workflow was reset to; 0 otherwise
	RunID        string   // for Reopened: the new run
}

// Why a request came to nothing.
var (
	ErrUnknown   = errors.New("there is no such clip")
	ErrPublished = errors.New("the clip is published already")
	ErrOver      = errors.New("nothing is left to retry")
	ErrNotFailed = errors.New("nothing has failed")
	ErrNoWorker  = errors.New("no worker answered")
)

// refusal is an error with words of its own that errors.Is tells apart.
type refusal struct {
	kind error
	text string
}

// Error implements error.
func (r *refusal) Error() string { return r.text }

// Unwrap returns which of the Err… it is.
func (r *refusal) Unwrap() error { return r.kind }

func refuse(kind error, format string, args ...any) error {
	return &refusal{kind, fmt.Sprintf(format, args...)}
}

// Retry makes a clip that is stuck go on at once, in the way that its state asks
// for: a workflow that has failed or waits for a time is asked to try again, an
// activity between two attempts begins the next one, and a workflow that closed
// as failed is reset to the point at which it scheduled its upload, or what it
// came to before. in.Destination limits all of it to one destination.
//
// Errors are ErrUnknown, ErrPublished, ErrOver when a closed clip cannot go on,
// ErrNotFailed when the clip is on its way, ErrNoWorker, and what Temporal
// answers.
func (c *Clips) Retry(ctx context.Context, id string, in control.RetryInput) (Outcome, error) {
	found, err := c.find(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	switch found.GetWorkflowExecutionInfo().GetStatus() {
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED:
		return c.retryRunning(ctx, id, in, found)
	case enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return Outcome{}, c.completed(ctx, id, found.GetWorkflowExecutionInfo())
	default:
		return c.reopen(ctx, id, in, found.GetWorkflowExecutionInfo())
	}
}

// find looks at the newest run of a clip's workflow.
func (c *Clips) find(ctx context.Context, id string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	found, err := c.Temporal.DescribeWorkflowExecution(ctx, control.ClipWorkflowID(id), "")
	if missing(err) {
		return nil, c.explainMissing(ctx, id)
	}
	if err != nil {
		return nil, fmt.Errorf("look at the workflow of clip %s: %w", id, err)
	}
	return found, nil
}

// explainMissing says why a clip has no workflow.
func (c *Clips) explainMissing(ctx context.Context, id string) error {
	row, err := c.Rows.Clip(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return refuse(ErrUnknown, "there is no clip %s; `streamsuites clips list` shows those that are", id)
	case err != nil:
		return fmt.Errorf("clip %s has no workflow in namespace %s, and whether there is such a clip cannot be told: %w", id, c.Namespace, err)
	case row.State == clip.Published:
		return published(id, row.URL)
	case row.State == clip.Queued:
		return refuse(ErrNotFailed, "the workflow of clip %s has not begun; `streamsuites status` shows whether ingest and workers run", id)
	default:
		return refuse(ErrOver, "clip %s is %s, and Temporal has forgotten its workflow: closed ones are kept for the retention of namespace %s", id, row.State, c.Namespace)
	}
}

// completed says what a workflow ended with that did not fail: the clip was
// published or abandoned.
func (c *Clips) completed(ctx context.Context, id string, info *workflowpb.WorkflowExecutionInfo) error {
	var view control.ClipView
	execution := info.GetExecution()
	if err := c.Temporal.GetWorkflow(ctx, execution.GetWorkflowId(), execution.GetRunId()).Get(ctx, &view); err != nil {
		return fmt.Errorf("read how clip %s ended: %w", id, err)
	}
	if view.State == clip.Published {
		return published(id, view.URL)
	}
	return refuse(ErrOver, "clip %s was abandoned: %s", id, view.Reason)
}

func published(id, url string) error {
	if url == "" {
		return refuse(ErrPublished, "clip %s is published already", id)
	}
	return refuse(ErrPublished, "clip %s is published already at %s", id, url)
}
