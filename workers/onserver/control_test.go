//go:build unix

package onserver_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/workers"
)

func TestTheSupervisorStartsSessionsAndShardsOnce(t *testing.T) {
	t.Parallel()
	creators := []string{"sup-a", "sup-b"}
	for range 2 {
		require.NoError(t, workers.Reconcile(t.Context(), server.main, control.Reconcile{CreatorIDs: creators}))
	}
	for _, creator := range creators {
		shard := control.ShardOf(creator)
		require.Equal(t, "began", next(t, server.world.attempts(shard)))
		eventually(t, func() bool { return running(t, control.SessionID(creator)) && running(t, control.IngestShardID(shard)) })
		cancel(t, control.IngestShardID(shard))
		recorded(t, "ingest-shard", control.IngestShardID(shard), "")
		require.Empty(t, server.world.attempts(shard), "one attempt runs a shard")
	}
	cancel(t, control.SupervisorID)
	require.True(t, running(t, control.SessionID("sup-a")), "what the supervisor started outlives it")
	recorded(t, "supervisor", control.SupervisorID, "")
}

func TestADecisionBecomesAClip(t *testing.T) {
	t.Parallel()
	signaller := &workers.Signaller{Client: server.main, Options: func() control.ClipOptions { return quick }}
	r := request("decide")
	r.CreatorID = "decide"
	server.world.add(r, behaviour{})
	decision := control.Decision{Key: "clip:decide", Kind: control.DecideClip, Clip: &r}
	for range 3 {
		require.NoError(t, signaller.Signal(t.Context(), "session-1", []control.Decision{decision, decision}))
	}
	require.NoError(t, signaller.Signal(t.Context(), "session-1", nil), "nothing decided is nothing to say")
	run := server.main.GetWorkflow(t.Context(), control.ClipWorkflowID("decide"), "")
	eventually(t, func() bool { return running(t, run.GetID()) || server.world.called("publish", "decide") > 0 })
	require.Equal(t, clip.Published, result(t, run).State)
	require.Equal(t, 1, server.world.called("publish", "decide"))
	described, err := server.main.DescribeWorkflowExecution(t.Context(), run.GetID(), "")
	require.NoError(t, err)
	require.Contains(t, described.GetWorkflowExecutionInfo().GetMemo().GetFields(), "title")
	require.Contains(t, string(described.GetExecutionConfig().GetUserMetadata().GetSummary().GetData()), "!clip by Ana")
	cancel(t, control.SessionID("session-1"))
	recorded(t, "session-clips", control.SessionID("session-1"), "")
}

func TestAStreamIsRecordedWhileItIsLive(t *testing.T) {
	t.Parallel()
	signaller := &workers.Signaller{Client: server.main}
	stream := control.Stream{CreatorID: "session-2", Platform: "twitch", Channel: "cee", StreamID: "live-1", StartedAt: time.Now().UTC()}
	tell := func(kind control.DecisionKind) {
		t.Helper()
		decision := control.Decision{Key: string(kind) + ":live-1", Kind: kind, Stream: &stream}
		require.NoError(t, signaller.Signal(t.Context(), "session-2", []control.Decision{decision}))
	}
	capture := control.CaptureID("session-2", "live-1")
	tell(control.DecideStreamLive)
	eventually(t, func() bool { return server.world.recording("live-1") })
	close(server.world.source("session-2/live-1"))
	eventually(t, func() bool { return !server.world.recording("live-1") && running(t, capture) })
	tell(control.DecideStreamOver)
	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	require.NoError(t, server.main.GetWorkflow(ctx, capture, "").Get(ctx, nil))
	recorded(t, "capture-source-ended", capture, "")
	cancel(t, control.SessionID("session-2"))
	recorded(t, "session-streams", control.SessionID("session-2"), "")
}

func TestACreatorOnTwoPlatformsIsRecordedOnceAndTheOtherStreamTakesOver(t *testing.T) {
	t.Parallel()
	signaller := &workers.Signaller{Client: server.main}
	twitch := control.Stream{CreatorID: "session-9", Platform: "twitch", Channel: "cee", StreamID: "both-twitch", StartedAt: time.Now().UTC()}
	youtube := control.Stream{CreatorID: "session-9", Platform: "youtube", Channel: "UCcee", StreamID: "both-youtube", StartedAt: time.Now().UTC()}
	tell := func(kind control.DecisionKind, stream control.Stream) {
		t.Helper()
		decision := control.Decision{Key: string(kind) + ":" + stream.StreamID, Kind: kind, Stream: &stream}
		require.NoError(t, signaller.Signal(t.Context(), "session-9", []control.Decision{decision}))
	}
	tell(control.DecideStreamLive, twitch)
	eventually(t, func() bool { return server.world.recording("both-twitch") })
	tell(control.DecideStreamLive, youtube)
	eventually(t, func() bool { return server.world.called("standby", "both-youtube") > 0 })
	require.False(t, server.world.recording("both-youtube"))
	close(server.world.source("session-9/both-twitch"))
	eventually(t, func() bool { return server.world.recording("both-youtube") && !server.world.recording("both-twitch") })

	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	for _, stream := range []control.Stream{twitch, youtube} {
		tell(control.DecideStreamOver, stream)
	}
	require.NoError(t, server.main.GetWorkflow(ctx, control.CaptureID("session-9", "both-twitch"), "").Get(ctx, nil))
	cancel(t, control.CaptureID("session-9", "both-youtube"))
	eventually(t, func() bool { return !server.world.recording("both-youtube") })
	cancel(t, control.SessionID("session-9"))
}

func TestARecordingStopsAfterItsGracePeriod(t *testing.T) {
	t.Parallel()
	stream := control.Stream{CreatorID: "session-3", Platform: "twitch", Channel: "cee", StreamID: "live-2", StartedAt: time.Now().UTC()}
	run, err := server.main.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: control.CaptureID("session-3", "live-2"), TaskQueue: control.QueueControl,
	}, control.WorkflowCapture, control.CaptureInput{Stream: stream, Grace: 2 * time.Second})
	require.NoError(t, err)
	say := func(end any) {
		t.Helper()
		require.NoError(t, server.main.SignalWorkflow(t.Context(), run.GetID(), "", control.SignalStreamEnd, end))
	}
	eventually(t, func() bool { return server.world.recording("live-2") })
	say(control.StreamEnd{})
	say(control.StreamEnd{Back: true})
	say(nil) // an operator's bare signal means that it ended
	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	require.NoError(t, run.Get(ctx, nil))
	require.False(t, server.world.recording("live-2"))
	recorded(t, "capture-grace", run.GetID(), run.GetRunID())
}

func TestManySignalsAcrossContinueAsNewLoseNothing(t *testing.T) {
	t.Parallel()
	const senders, each, clips = 6, 200, 30
	signaller := &workers.Signaller{Client: server.main}
	var requests []clip.Request
	for i := range clips {
		r := request(fmt.Sprintf("many%02d", i))
		r.SourceTitle = strings.Repeat("long ", 800) // four mebibytes of history suggest a new run
		server.world.add(r, behaviour{})
		requests = append(requests, r)
	}
	failed := make(chan error, senders)
	for s := range senders {
		go func() {
			var err error
			for i := range each {
				n := s*each + i
				r := requests[n*clips/(senders*each)] // every clip is decided many times, the last one last
				err = errors.Join(err, signaller.Signal(t.Context(), "many", []control.Decision{{
					Key: "clip:" + r.ClipID, Kind: control.DecideClip, Clip: &r,
				}}))
			}
			failed <- err
		}()
	}
	for range senders {
		require.NoError(t, <-failed)
	}
	for _, r := range requests {
		run := server.main.GetWorkflow(t.Context(), control.ClipWorkflowID(r.ClipID), "")
		eventually(t, func() bool { return server.world.called("publish", r.ClipID) > 0 })
		require.Equal(t, clip.Published, result(t, run).State)
		require.Equal(t, 1, server.world.called("publish", r.ClipID))
	}
	described, err := server.main.DescribeWorkflowExecution(t.Context(), control.SessionID("many"), "")
	require.NoError(t, err)
	require.NotEqual(t, described.GetWorkflowExecutionInfo().GetFirstRunId(), described.GetWorkflowExecutionInfo().GetExecution().GetRunId(),
		"the session has continued as new")
	cancel(t, control.SessionID("many"))
}

func TestTheSchedulesRunAndAreKeptWhenTheyExist(t *testing.T) {
	t.Parallel()
	require.NoError(t, workers.EnsureSchedules(t.Context(), server.system))
	snapshot := server.system.ScheduleClient().GetHandle(t.Context(), control.ScheduleSnapshot)
	require.NoError(t, snapshot.Pause(t.Context(), client.SchedulePauseOptions{Note: "an operator's decision"}))
	require.NoError(t, workers.EnsureSchedules(t.Context(), server.system))
	described, err := snapshot.Describe(t.Context())
	require.NoError(t, err)
	require.True(t, described.Schedule.State.Paused)
	require.Equal(t, enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, described.Schedule.Policy.Overlap)
	require.Equal(t, 30*time.Second, described.Schedule.Policy.CatchupWindow)
	quota, err := server.system.ScheduleClient().GetHandle(t.Context(), control.ScheduleQuotaReset).Describe(t.Context())
	require.NoError(t, err)
	zone, err := time.LoadLocation("America/Los_Angeles")
	require.NoError(t, err)
	require.Zero(t, quota.Info.NextActionTimes[0].In(zone).Hour())

	for name, workflow := range map[string]string{
		"snapshot-export": control.WorkflowSnapshot, "quota-reset": control.WorkflowQuotaReset, "retention": control.WorkflowRetention,
	} {
		run, err := server.system.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
			ID: "system-" + name, TaskQueue: control.QueueExports,
		}, workflow)
		require.NoError(t, err)
		require.NoError(t, run.Get(t.Context(), nil))
		recorded(t, name, run.GetID(), run.GetRunID())
	}
}

func running(t *testing.T, workflowID string) bool {
	t.Helper()
	described, err := server.main.DescribeWorkflowExecution(t.Context(), workflowID, "")
	return err == nil && described.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
}

func next(t *testing.T, from <-chan string) string {
	t.Helper()
	select {
	case what := <-from:
		return what
	case <-time.After(wait):
		require.Fail(t, "nothing happened")
		return ""
	}
}
