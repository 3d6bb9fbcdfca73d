package workflows

import (
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/internal/control"
)

// startsAtOnce bounds how many children are being started at a time; the server
// allows 2,000.
const startsAtOnce = 100

// Supervisor sees to it that every creator it is told about has a session, and
// every shard with creators an ingest workflow. What it starts outlives it, and
// what runs already is left alone, so telling it the same again costs nothing.
func Supervisor(ctx workflow.Context, in control.SupervisorInput) error {
	r := &supervisorRun{
		latest: in.Reconcile,
		reconciles: workflow.GetSignalChannelWithOptions(ctx, control.SignalReconcile, workflow.SignalChannelOptions{
			Description: "Which creators there are: starts the sessions and ingest shards that are missing.",
		}),
	}
	return r.run(ctx)
}

// supervisorRun is one run of Supervisor.
type supervisorRun struct {
	latest     *control.Reconcile // not yet carried out
	reconciles workflow.ReceiveChannel
}

func (r *supervisorRun) run(ctx workflow.Context) error {
	for {
		if r.latest == nil {
			workflow.SetCurrentDetails(ctx, "Waiting to be told which creators there are.")
			if err := receive(ctx, r.reconciles, &r.latest); err != nil {
				return err
			}
		}
		r.drain()
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			return workflow.NewContinueAsNewError(ctx, control.WorkflowSupervisor, control.SupervisorInput{Reconcile: r.latest})
		}
		told := r.latest
		r.latest = nil
		if err := r.reconcile(ctx, *told); err != nil {
			return err
		}
	}
}

// drain keeps the newest of the signals that have arrived: each says all.
func (r *supervisorRun) drain() {
	for {
		var next control.Reconcile
		if !r.reconciles.ReceiveAsync(&next) {
			return
		}
		r.latest = &next
	}
}

func (r *supervisorRun) reconcile(ctx workflow.Context, told control.Reconcile) error {
	creators := slices.Sorted(slices.Values(told.CreatorIDs))
	creators = slices.Compact(creators)
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("Starting what is missing for %d creators.", len(creators)))
	for batch := range slices.Chunk(needed(ctx, creators, told.ShardTimeout), startsAtOnce) {
		for _, err := range startAll(ctx, batch) {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// shardsFirst is the change by which chats are read before every creator has a
// session.
const shardsFirst = "shards-first"

// needed lists what the creators need, in the order in which it is started. The
// shards come first: a thousand sessions take a while to start, and chat is read
// without them; whoever signals a session starts it.
func needed(ctx workflow.Context, creators []string, shardTimeout time.Duration) []child {
	sessions := make([]child, len(creators))
	numbers := make([]int, len(creators))
	for i, creator := range creators {
		sessions[i], numbers[i] = sessionChild(creator), control.ShardOf(creator)
	}
	slices.Sort(numbers)
	var shards []child
	for _, number := range slices.Compact(numbers) {
		shards = append(shards, shardChild(number, shardTimeout))
	}
	if workflow.GetVersion(ctx, shardsFirst, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return slices.Concat(sessions, shards)
	}
	return slices.Concat(shards, sessions)
}

func sessionChild(creatorID string) child {
	return child{
		options: workflow.ChildWorkflowOptions{
			WorkflowID:            control.SessionID(creatorID),
			StaticSummary:         "session of " + creatorID,
			TypedSearchAttributes: temporal.NewSearchAttributes(control.AttrCreator.ValueSet(creatorID)),
		},
		workflow: control.WorkflowSession,
		input:    control.SessionInput{CreatorID: creatorID},
	}
}

func shardChild(shard int, timeout time.Duration) child {
	return child{
		options: workflow.ChildWorkflowOptions{
			WorkflowID:    control.IngestShardID(shard),
			StaticSummary: fmt.Sprintf("chats of shard %d", shard),
		},
		workflow: control.WorkflowIngestShard,
		input:    control.IngestInput{Shard: shard, Timeout: timeout},
	}
}

// child is a workflow to be started that outlives who starts it.
type child struct {
	options  workflow.ChildWorkflowOptions
	workflow string
	input    any
}

// startAll starts children and waits until each has started, because one that
// has not would be lost with the run of its parent. That one exists already is
// success. The errors stand in the order of the children.
func startAll(ctx workflow.Context, children []child) []error {
	starting := make([]workflow.ChildWorkflowFuture, len(children))
	for i, c := range children {
		c.options.TaskQueue = control.QueueControl
		c.options.ParentClosePolicy = enumspb.PARENT_CLOSE_POLICY_ABANDON
		starting[i] = workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, c.options), c.workflow, c.input)
	}
	errs := make([]error, len(children))
	for i, future := range starting {
		err := future.GetChildWorkflowExecution().Get(ctx, nil)
		if err != nil && !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
			errs[i] = fmt.Errorf("start %s: %w", children[i].options.WorkflowID, err)
		}
	}
	return errs
}

// receive waits for the next signal, or for the workflow to be cancelled.
func receive[T any](ctx workflow.Context, from workflow.ReceiveChannel, into *T) error {
	var err error
	workflow.NewSelector(ctx).
		AddReceive(from, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, into) }).
		AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) { err = ctx.Err() }).
		Select(ctx)
	return err
}
