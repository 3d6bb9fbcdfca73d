package workers

import (
	"context"
	"fmt"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/internal/control"
)

// Signaller carries the data plane's decisions to the sessions. It is safe for
// concurrent use.
type Signaller struct {
	Client client.Client

	// Options returns the rules for clips that are in force now; nil means the
	// defaults.
	Options func() control.ClipOptions
}

// Signal delivers decisions to a creator's session and starts the session if
// there is none. It may be repeated: each decision is carried out once.
func (s *Signaller) Signal(ctx context.Context, creatorID string, decisions []control.Decision) error {
	if len(decisions) == 0 {
		return nil
	}
	if s.Options != nil {
		decisions = slices.Clone(decisions)
		options := s.Options()
		for i := range decisions {
			if decisions[i].Kind == control.DecideClip && decisions[i].Options == nil {
				decisions[i].Options = &options
			}
		}
	}
	id := control.SessionID(creatorID)
	_, err := s.Client.SignalWithStartWorkflow(ctx, id, control.SignalDecisions, decisions, client.StartWorkflowOptions{
		ID:                    id,
		TaskQueue:             control.QueueControl,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         "session of " + creatorID,
		TypedSearchAttributes: temporal.NewSearchAttributes(control.AttrCreator.ValueSet(creatorID)),
	}, control.WorkflowSession, control.SessionInput{CreatorID: creatorID})
	if err != nil {
		return fmt.Errorf("signal the session of %s: %w", creatorID, err)
	}
	return nil
}

// Reconcile tells the supervisor which creators there are, and starts the
// supervisor if there is none. It may be repeated.
func Reconcile(ctx context.Context, c client.Client, told control.Reconcile) error {
	_, err := c.SignalWithStartWorkflow(ctx, control.SupervisorID, control.SignalReconcile,
		told, client.StartWorkflowOptions{
			ID:                    control.SupervisorID,
			TaskQueue:             control.QueueControl,
			WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
			StaticSummary:         "keeps a session for every creator and a workflow for every shard",
		}, control.WorkflowSupervisor, control.SupervisorInput{})
	if err != nil {
		return fmt.Errorf("tell the supervisor which creators there are: %w", err)
	}
	return nil
}
