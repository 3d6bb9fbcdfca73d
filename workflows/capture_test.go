package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
)

func TestARecordingGoesOnForAGracePeriodAfterItsStreamIsOver(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t, untilCancelled)
	b.over(10 * time.Minute)
	b.run()
	require.NoError(t, b.env.GetWorkflowError())
	require.Equal(t, 10*time.Minute+90*time.Second, b.env.Now().Sub(benchStart))
	require.Equal(t, 1, b.rounds)
	require.True(t, b.cancelled)
}

func TestARecordingWhoseStreamComesBackInTimeGoesOn(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t, untilCancelled)
	b.over(10 * time.Minute)
	b.back(11 * time.Minute)
	b.over(20 * time.Minute)
	b.run()
	require.NoError(t, b.env.GetWorkflowError())
	require.Equal(t, 20*time.Minute+90*time.Second, b.env.Now().Sub(benchStart))
	require.Equal(t, 1, b.rounds, "it is one recording")
}

func TestASourceThatEndsWhileTheStreamIsLiveIsAskedAgain(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t, endsAfter(time.Minute))
	b.over(270 * time.Second)
	b.run()
	require.NoError(t, b.env.GetWorkflowError())
	require.Equal(t, 4, b.rounds, "a minute of recording, a pause of fifteen seconds, and so on")
}

func TestASourceThatSendsNothingIsAskedEverMoreRarely(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t, sendsNothing)
	b.over(time.Hour)
	b.run()
	require.NoError(t, b.env.GetWorkflowError())
	require.InDelta(t, 30, b.rounds, 3)
}

func TestARecordingEndsAtOnceWhenSourceAndStreamAreOver(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t, endsAfter(time.Minute))
	b.over(30 * time.Second)
	b.run()
	require.NoError(t, b.env.GetWorkflowError())
	require.Equal(t, time.Minute, b.env.Now().Sub(benchStart))
}

func TestARecordingThatFailsIsTriedAgainWithoutEnd(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t, nil)
	b.source = func(ctx context.Context, b *captureBench) (task.CaptureResult, error) {
		if activity.GetInfo(ctx).Attempt < 8 {
			return task.CaptureResult{}, errors.New("connection refused")
		}
		return endsAfter(time.Minute)(ctx, b)
	}
	b.over(30 * time.Second)
	b.run()
	require.NoError(t, b.env.GetWorkflowError())
	require.Equal(t, 8, b.rounds)
}

func TestACancelledRecordingStopsItsActivity(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t, untilCancelled)
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, time.Minute)
	b.run()
	require.True(t, temporal.IsCanceledError(b.env.GetWorkflowError()))
	require.True(t, b.cancelled)
}

func TestARecordingContinuesAsNewOnlyWhileNothingRuns(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t, endsAfter(time.Minute))
	b.env.SetContinueAsNewSuggested(true)
	b.run()
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, b.env.GetWorkflowError(), &next)
	require.Equal(t, control.WorkflowCapture, next.WorkflowType.Name)
	require.Equal(t, 75*time.Second, b.env.Now().Sub(benchStart))
}

func TestAShardRunsUntilItIsCancelled(t *testing.T) {
	t.Parallel()
	env := newEnv()
	attempts, cancelled := 0, false
	task.Register(env, task.Ingest, func(_ context.Context, in task.IngestInput) (task.Nothing, error) {
		require.Equal(t, 3, in.Shard)
		if attempts++; attempts < 8 {
			return task.Nothing{}, errors.New("the database is away")
		}
		return task.Nothing{}, activity.ErrResultPending
	})
	env.SetOnActivityCanceledListener(func(*activity.Info) { cancelled = true })
	env.RegisterDelayedCallback(env.CancelWorkflow, time.Hour)
	env.ExecuteWorkflow(control.WorkflowIngestShard, control.IngestInput{Shard: 3})
	require.True(t, temporal.IsCanceledError(env.GetWorkflowError()))
	require.True(t, cancelled)
	require.Equal(t, 8, attempts, "it is tried again after every failure")
}

func TestAShardCountsAsDeadAfterTheTimeThatItWasGiven(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		in   control.IngestInput
		want time.Duration
	}{
		"its own":     {control.IngestInput{Timeout: time.Minute}, time.Minute},
		"the default": {control.IngestInput{}, 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv()
			task.Register(env, task.Ingest, func(ctx context.Context, _ task.IngestInput) (task.Nothing, error) {
				require.Equal(t, of.want, activity.GetInfo(ctx).HeartbeatTimeout)
				return task.Nothing{}, nil
			})
			env.ExecuteWorkflow(control.WorkflowIngestShard, of.in)
			require.NoError(t, env.GetWorkflowError())
		})
	}
}

// source plays a stream for one attempt.
type source func(ctx context.Context, b *captureBench) (task.CaptureResult, error)

// captureBench runs a Capture workflow against a source. Activities do not see
// the test's clock, so that a source plays for a time by letting the bench
// complete it later.
type captureBench struct {
	env       *testsuite.TestWorkflowEnvironment
	source    source
	rounds    int
	cancelled bool
}

func newCaptureBench(t *testing.T, s source) *captureBench {
	t.Helper()
	b := &captureBench{env: newEnv(), source: s}
	task.Register(b.env, task.Capture, func(ctx context.Context, in task.CaptureInput) (task.CaptureResult, error) {
		require.Equal(t, "s1", in.Stream.StreamID)
		b.rounds++
		return b.source(ctx, b)
	})
	b.env.SetOnActivityCanceledListener(func(*activity.Info) { b.cancelled = true })
	b.env.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Maybe()
	return b
}

func (b *captureBench) over(after time.Duration) {
	b.env.RegisterDelayedCallback(func() { b.env.SignalWorkflow(control.SignalStreamEnd, control.StreamEnd{}) }, after)
}

func (b *captureBench) back(after time.Duration) {
	b.env.RegisterDelayedCallback(func() { b.env.SignalWorkflow(control.SignalStreamEnd, control.StreamEnd{Back: true}) }, after)
}

func (b *captureBench) run() {
	b.env.ExecuteWorkflow(control.WorkflowCapture, control.CaptureInput{Stream: sampleStream("s1")})
}

func untilCancelled(context.Context, *captureBench) (task.CaptureResult, error) {
	return task.CaptureResult{}, activity.ErrResultPending
}

func sendsNothing(context.Context, *captureBench) (task.CaptureResult, error) {
	return task.CaptureResult{}, nil
}

func endsAfter(d time.Duration) source {
	return func(ctx context.Context, b *captureBench) (task.CaptureResult, error) {
		token := activity.GetInfo(ctx).TaskToken
		b.env.RegisterDelayedCallback(func() {
			_ = b.env.CompleteActivity(token, task.CaptureResult{Segments: 30}, nil)
		}, d)
		return task.CaptureResult{}, activity.ErrResultPending
	}
}
