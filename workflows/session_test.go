package workflows_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/workflows"
)

func TestASessionStartsAWorkflowForEachClip(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	b.signal(time.Second, clipDecision("aaaaaa"), clipDecision("bbbbbb"))
	b.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	require.ElementsMatch(t, []string{"clip:aaaaaa", "clip:bbbbbb"}, b.started())
	require.Equal(t, 2, b.carried().Clips)
}

func TestARepeatedDecisionIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	b.signal(time.Second, clipDecision("aaaaaa"), clipDecision("aaaaaa"))
	b.signal(2*time.Second, clipDecision("aaaaaa"))
	b.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	require.Equal(t, []string{"clip:aaaaaa"}, b.started())
}

func TestARepeatIsKnownAcrossContinueAsNew(t *testing.T) {
	t.Parallel()
	first := newSessionBench(t)
	first.signal(time.Second, clipDecision("aaaaaa"))
	first.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	state := first.carried()
	require.Equal(t, []string{"clip:aaaaaa"}, state.Seen)

	second := newSessionBench(t)
	second.signal(time.Second, clipDecision("aaaaaa"), clipDecision("bbbbbb"))
	second.run(control.SessionInput{CreatorID: "c1", State: &state}, time.Minute)
	require.Equal(t, []string{"clip:bbbbbb"}, second.started())
	require.Equal(t, 2, second.carried().Clips)
}

func TestAClipThatExistsAlreadyIsSuccess(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	again := clipDecision("aaaaaa")
	again.Key = "clip:aaaaaa from another lane"
	b.signal(time.Second, clipDecision("aaaaaa"))
	b.signal(2*time.Second, again, clipDecision("bbbbbb"))
	b.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	require.Equal(t, []string{"clip:aaaaaa", "clip:bbbbbb"}, b.started())
	require.Empty(t, b.carried().Pending)
	require.Len(t, b.carried().Seen, 3)
}

func TestADecisionThatCannotBeCarriedOutStaysPendingAndStopsNoOther(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	b.env.OnWorkflow(control.WorkflowClip, mock.Anything, mock.Anything).Return(
		func(_ workflow.Context, in control.ClipInput) error {
			if in.Request.ClipID == "aaaaaa" {
				return testsuite.ErrMockStartChildWorkflowFailed
			}
			return b.start("clip:" + in.Request.ClipID)
		})
	b.signal(time.Second, clipDecision("aaaaaa"), clipDecision("bbbbbb"))
	b.run(control.SessionInput{CreatorID: "c1"}, 2*time.Second)
	require.Equal(t, []string{"clip:bbbbbb"}, b.started())
	require.Equal(t, []string{"clip:bbbbbb"}, b.carried().Seen)
	require.Len(t, b.carried().Pending, 1)
	require.Equal(t, "clip:aaaaaa", b.carried().Pending[0].Key)
}

func TestAClipCarriesTheOptionsOfItsDecision(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	decision := clipDecision("aaaaaa")
	decision.Options = &control.ClipOptions{PublishDelay: time.Minute}
	b.signal(time.Second, decision)
	b.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	require.Equal(t, time.Minute, b.clips["clip:aaaaaa"].Options.PublishDelay)
}

func TestAnUnknownKindOfDecisionDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	b.signal(time.Second, control.Decision{Key: "poll:1", Kind: "poll"}, clipDecision("aaaaaa"))
	b.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	require.Equal(t, []string{"clip:aaaaaa"}, b.started())
}

func TestAStreamThatGoesLiveIsRecordedUntilItIsOver(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	b.signal(time.Second, streamDecision(control.DecideStreamLive, "s1", ""))
	b.signal(10*time.Second, streamDecision(control.DecideStreamOver, "s1", ""))
	b.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	require.Equal(t, []string{"capture:c1:s1"}, b.started())
	require.Equal(t, []string{"capture:c1:s1 back", "capture:c1:s1 over"}, b.told)
	require.Empty(t, b.carried().Streams)
}

func TestAStreamThatIsBackWhileItsRecordingStopsIsToldSo(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	b.signal(time.Second, streamDecision(control.DecideStreamLive, "s1", ""))
	b.signal(2*time.Second, streamDecision(control.DecideStreamOver, "s1", ""))
	b.signal(3*time.Second, streamDecision(control.DecideStreamLive, "s1", ":2"))
	b.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	require.Equal(t, []string{"capture:c1:s1 back", "capture:c1:s1 over", "capture:c1:s1 back"}, b.told)
	require.Len(t, b.carried().Streams, 1)
}

func TestTheEndOfAStreamThatNobodyRecordsIsNoError(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	b.signal(time.Second, streamDecision(control.DecideStreamOver, "s9", ""), clipDecision("aaaaaa"))
	b.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	require.Equal(t, []string{"clip:aaaaaa"}, b.started())
	require.Empty(t, b.carried().Pending)
}

func TestThreeHundredSignalsAcrossContinueAsNewLoseNothingAndRepeatNothing(t *testing.T) {
	t.Parallel()
	const signals, runs = 300, 6
	started := make(map[string]int)
	in := control.SessionInput{CreatorID: "c1"}
	sent := 0
	for range runs {
		b := newSessionBench(t)
		for range signals / runs {
			// Two at the same instant, so that some are found by draining and
			// some are carried over without having been carried out.
			at := time.Duration(sent%(signals/runs)/2) * 200 * time.Millisecond
			b.signal(at, clipDecision(fmt.Sprintf("a%05d", sent)), clipDecision(fmt.Sprintf("b%05d", sent)))
			sent++
		}
		b.run(in, 4801*time.Millisecond)
		for _, id := range b.started() {
			started[id]++
		}
		state := b.carried()
		in.State = &state
	}
	last := newSessionBench(t)
	last.run(in, time.Minute)
	for _, id := range last.started() {
		started[id]++
	}
	var missing []string
	for i := range signals {
		for _, id := range []string{fmt.Sprintf("clip:a%05d", i), fmt.Sprintf("clip:b%05d", i)} {
			if started[id] != 1 {
				missing = append(missing, fmt.Sprintf("%s: %d times", id, started[id]))
			}
		}
	}
	require.Empty(t, missing)
}

func TestMoreThanARunCanCarryIsCarriedOutFirst(t *testing.T) {
	t.Parallel()
	var pending []control.Decision
	for i := range 1000 {
		pending = append(pending, clipDecision(fmt.Sprintf("y%05d", i)), clipDecision(fmt.Sprintf("y%05d", i)))
	}
	b := newSessionBench(t)
	b.env.SetContinueAsNewSuggested(true)
	b.env.ExecuteWorkflow(control.WorkflowSession, control.SessionInput{CreatorID: "c1", State: &control.SessionState{Pending: pending}})
	require.Len(t, b.started(), 900)
	require.Len(t, b.carried().Pending, 100)
}

func TestASessionForgetsOldKeys(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	for i := range 6 {
		var batch []control.Decision
		for j := range 100 {
			batch = append(batch, clipDecision(fmt.Sprintf("x%05d", i*100+j)))
		}
		b.signal(time.Duration(i)*time.Second, batch...)
	}
	b.run(control.SessionInput{CreatorID: "c1"}, time.Minute)
	require.Len(t, b.started(), 600)
	require.Len(t, b.carried().Seen, 500)
	require.Equal(t, "clip:x00599", b.carried().Seen[499])
}

func TestACancelledSessionEnds(t *testing.T) {
	t.Parallel()
	b := newSessionBench(t)
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, time.Minute)
	b.env.ExecuteWorkflow(control.WorkflowSession, control.SessionInput{CreatorID: "c1"})
	require.True(t, temporal.IsCanceledError(b.env.GetWorkflowError()))
}

// sessionBench runs one run of a session against children that are noted.
type sessionBench struct {
	t   *testing.T
	env *testsuite.TestWorkflowEnvironment

	mu       sync.Mutex
	children []string
	clips    map[string]control.ClipInput
	told     []string // captures
}

func newSessionBench(t *testing.T) *sessionBench {
	t.Helper()
	b := &sessionBench{t: t, clips: make(map[string]control.ClipInput)}
	b.env = newParentEnv(control.WorkflowSession, workflows.CreatorSession, map[string]any{
		control.WorkflowClip: func(ctx workflow.Context, in control.ClipInput) error {
			id := workflow.GetInfo(ctx).WorkflowExecution.ID
			b.clips[id] = in
			return b.start(id)
		},
		control.WorkflowCapture: b.capture,
	})
	b.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, control.SignalStreamEnd, mock.Anything).
		Return(&temporal.UnknownExternalWorkflowExecutionError{}).Maybe()
	return b
}

// capture plays a capture that never ends.
func (b *sessionBench) capture(ctx workflow.Context, _ control.CaptureInput) error {
	id := workflow.GetInfo(ctx).WorkflowExecution.ID
	if err := b.start(id); err != nil {
		return err
	}
	ends := workflow.GetSignalChannel(ctx, control.SignalStreamEnd)
	for {
		var end control.StreamEnd
		ends.Receive(ctx, &end)
		what := " over"
		if end.Back {
			what = " back"
		}
		b.told = append(b.told, id+what)
	}
}

func (b *sessionBench) start(id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.children = append(b.children, id)
	return nil
}

func (b *sessionBench) signal(after time.Duration, decisions ...control.Decision) {
	b.env.RegisterDelayedCallback(func() { b.env.SignalWorkflow(control.SignalDecisions, decisions) }, after)
}

// run runs the session until it continues as new, which the server suggests
// that long after the start.
func (b *sessionBench) run(in control.SessionInput, until time.Duration) {
	b.t.Helper()
	b.env.RegisterDelayedCallback(func() {
		b.env.SetContinueAsNewSuggested(true)
		b.env.SignalWorkflow(control.SignalDecisions, []control.Decision{})
	}, until)
	b.env.ExecuteWorkflow(control.WorkflowSession, in)
	require.True(b.t, b.env.IsWorkflowCompleted())
}

func (b *sessionBench) started() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.children
}

// carried is what the run gave to the next.
func (b *sessionBench) carried() control.SessionState {
	b.t.Helper()
	var next *workflow.ContinueAsNewError
	require.ErrorAs(b.t, b.env.GetWorkflowError(), &next)
	require.Equal(b.t, control.WorkflowSession, next.WorkflowType.Name)
	var in control.SessionInput
	require.NoError(b.t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &in))
	require.Equal(b.t, "c1", in.CreatorID)
	require.NotNil(b.t, in.State)
	return *in.State
}

func clipDecision(id string) control.Decision {
	request := sampleRequest()
	request.ClipID = id
	return control.Decision{Key: "clip:" + id, Kind: control.DecideClip, Clip: &request}
}

func streamDecision(kind control.DecisionKind, id, turn string) control.Decision {
	stream := sampleStream(id)
	return control.Decision{Key: string(kind) + ":" + id + turn, Kind: kind, Stream: &stream}
}

func sampleStream(id string) control.Stream {
	return control.Stream{
		CreatorID: "c1", Platform: "twitch", Channel: "cee", StreamID: id, Title: "Live", StartedAt: benchStart,
	}
}
