package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/workflows"
)

func TestTheSupervisorStartsWhatTheCreatorsNeed(t *testing.T) {
	t.Parallel()
	b := newSupervisorBench(t)
	b.reconcile(time.Second, "c1", "c2", "c1")
	b.cancelAfter(time.Minute)
	b.run(control.SupervisorInput{})
	want := []string{
		"session:c1", "session:c2",
		control.IngestShardID(control.ShardOf("c1")), control.IngestShardID(control.ShardOf("c2")),
	}
	slices.Sort(want)
	want = slices.Compact(want)
	require.Equal(t, want, b.ids())
	require.True(t, temporal.IsCanceledError(b.env.GetWorkflowError()))
}

func TestBeingToldTheSameAgainStartsNothingTwice(t *testing.T) {
	t.Parallel()
	b := newSupervisorBench(t)
	b.reconcile(time.Second, "c1")
	b.reconcile(time.Minute, "c1")
	b.cancelAfter(time.Hour)
	b.run(control.SupervisorInput{})
	require.Len(t, b.ids(), 2)
}

func TestHundredsOfCreatorsFitIntoSixteenShards(t *testing.T) {
	t.Parallel()
	b := newSupervisorBench(t)
	var creators []string
	for i := range 300 {
		creators = append(creators, fmt.Sprintf("creator-%d", i))
	}
	b.reconcile(time.Second, creators...)
	b.cancelAfter(time.Minute)
	b.run(control.SupervisorInput{})
	require.Len(t, b.ids(), 300+control.Shards)
	for shard := range control.Shards {
		require.Contains(t, b.children[:100], control.IngestShardID(shard), "chat is read before every creator has a session")
	}
}

func TestTheSupervisorTellsShardsAfterWhatTimeTheyAreAnotherHosts(t *testing.T) {
	t.Parallel()
	b := newSupervisorBench(t)
	b.env.RegisterDelayedCallback(func() {
		b.env.SignalWorkflow(control.SignalReconcile, control.Reconcile{CreatorIDs: []string{"c1"}, ShardTimeout: time.Minute})
	}, time.Second)
	b.cancelAfter(time.Minute)
	b.run(control.SupervisorInput{})
	require.Equal(t, []control.IngestInput{{Shard: control.ShardOf("c1"), Timeout: time.Minute}}, b.shards)
}

func TestTheSupervisorKeepsTheNewestOfManySignals(t *testing.T) {
	t.Parallel()
	b := newSupervisorBench(t)
	b.env.RegisterDelayedCallback(func() {
		for _, id := range []string{"old-1", "old-2", "new"} {
			b.env.SignalWorkflow(control.SignalReconcile, control.Reconcile{CreatorIDs: []string{id}})
		}
	}, time.Second)
	b.cancelAfter(time.Minute)
	b.run(control.SupervisorInput{})
	require.Contains(t, b.ids(), "session:new")
}

func TestTheSupervisorCarriesAnOpenRequestOverContinueAsNew(t *testing.T) {
	t.Parallel()
	b := newSupervisorBench(t)
	b.env.RegisterDelayedCallback(func() {
		b.env.SetContinueAsNewSuggested(true)
		b.env.SignalWorkflow(control.SignalReconcile, control.Reconcile{CreatorIDs: []string{"c1"}})
	}, time.Second)
	b.run(control.SupervisorInput{})
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, b.env.GetWorkflowError(), &next)
	var in control.SupervisorInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &in))
	require.Equal(t, []string{"c1"}, in.Reconcile.CreatorIDs)
	require.Empty(t, b.ids())

	after := newSupervisorBench(t)
	after.cancelAfter(time.Minute)
	after.run(in)
	require.Contains(t, after.ids(), "session:c1")
}

func TestHousekeepingAsksItsActivities(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		workflow any
		register func(*testsuite.TestWorkflowEnvironment, *int)
	}{
		"snapshot": {control.WorkflowSnapshot, func(env *testsuite.TestWorkflowEnvironment, calls *int) {
			task.Register(env, task.Snapshot, func(context.Context, task.Nothing) (task.Nothing, error) {
				if *calls++; *calls == 1 {
					return task.Nothing{}, errors.New("disk busy")
				}
				return task.Nothing{}, nil
			})
		}},
		"quota reset": {control.WorkflowQuotaReset, func(env *testsuite.TestWorkflowEnvironment, calls *int) {
			task.Register(env, task.Reset, func(_ context.Context, in task.ResetInput) (task.ResetResult, error) {
				*calls += 2
				require.Equal(t, benchStart, in.Now.UTC())
				return task.ResetResult{}, nil
			})
		}},
		"retention": {control.WorkflowRetention, func(env *testsuite.TestWorkflowEnvironment, calls *int) {
			task.Register(env, task.Retain, func(_ context.Context, in task.RetainInput) (task.RetainResult, error) {
				*calls += 2
				require.Equal(t, benchStart, in.Now.UTC())
				return task.RetainResult{}, nil
			})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newSystemEnv()
			calls := 0
			of.register(env, &calls)
			env.ExecuteWorkflow(of.workflow)
			require.NoError(t, env.GetWorkflowError())
			require.Equal(t, 2, calls)
		})
	}
}

// supervisorBench runs a Supervisor against children that run for ever.
type supervisorBench struct {
	env *testsuite.TestWorkflowEnvironment

	mu       sync.Mutex
	children []string
	shards   []control.IngestInput
}

func newSupervisorBench(t *testing.T) *supervisorBench {
	t.Helper()
	b := &supervisorBench{}
	b.env = newParentEnv(control.WorkflowSupervisor, workflows.Supervisor, map[string]any{
		control.WorkflowSession: func(ctx workflow.Context, _ control.SessionInput) error { return b.live(ctx) },
		control.WorkflowIngestShard: func(ctx workflow.Context, in control.IngestInput) error {
			b.mu.Lock()
			b.shards = append(b.shards, in)
			b.mu.Unlock()
			return b.live(ctx)
		},
	})
	return b
}

func (b *supervisorBench) live(ctx workflow.Context) error {
	b.mu.Lock()
	b.children = append(b.children, workflow.GetInfo(ctx).WorkflowExecution.ID)
	b.mu.Unlock()
	return workflow.Sleep(ctx, 24*time.Hour)
}

func (b *supervisorBench) reconcile(after time.Duration, creators ...string) {
	b.env.RegisterDelayedCallback(func() {
		b.env.SignalWorkflow(control.SignalReconcile, control.Reconcile{CreatorIDs: creators})
	}, after)
}

func (b *supervisorBench) cancelAfter(d time.Duration) {
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, d)
}

func (b *supervisorBench) run(in control.SupervisorInput) {
	b.env.ExecuteWorkflow(control.WorkflowSupervisor, in)
}

// ids are the ids of the children, sorted.
func (b *supervisorBench) ids() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	ids := slices.Clone(b.children)
	slices.Sort(ids)
	return ids
}
