//go:build unix

package onserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestAClipIsPublished(t *testing.T) {
	t.Parallel()
	run := startClip(t, "publi1", control.ClipOptions{}, behaviour{
		locate: func(call int) error {
			if call <= 2 { // the end of the span and its start are asked for
				return store.ErrNotFound
			}
			return nil
		},
	})
	view := result(t, run)
	require.Equal(t, clip.Published, view.State)
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Published}, server.world.states("publi1"))
	recorded(t, "clip-published", run.GetID(), run.GetRunID())
}

func TestAPublishedClipIsFoundByItsState(t *testing.T) {
	t.Parallel()
	run := startClip(t, "findme", control.ClipOptions{}, behaviour{})
	result(t, run)
	eventually(t, func() bool {
		found, err := server.main.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Query: `ClipState = "published" AND WorkflowId = "clip:findme"`,
		})
		return err == nil && len(found.GetExecutions()) == 1
	})
}

// refusedOnce is a destination that refuses the first upload for good.
func refusedOnce(_ context.Context, call int) error {
	if call == 1 {
		return &destination.Error{Kind: destination.Final, Destination: "folder", Operation: "publish", Reason: "Forbidden."}
	}
	return nil
}

func TestAFailedClipIsRetriedBySignal(t *testing.T) {
	t.Parallel()
	run := startClip(t, "signal", quick, behaviour{publish: refusedOnce})
	view := awaitState(t, run, clip.Failed)
	require.Equal(t, "Forbidden.", view.Reason)
	require.NoError(t, server.main.SignalWorkflow(t.Context(), run.GetID(), "", control.SignalRetry, nil))
	view = result(t, run)
	require.Equal(t, clip.Published, view.State)
	require.Equal(t, 1, server.world.called("cut", "signal"))
	recorded(t, "clip-retried-by-signal", run.GetID(), run.GetRunID())
}

func TestFailedClipsAreRetriedInABatchOverAQuery(t *testing.T) {
	t.Parallel()
	runs := []client.WorkflowRun{
		startClip(t, "batch1", quick, behaviour{publish: refusedOnce}), startClip(t, "batch2", quick, behaviour{publish: refusedOnce}),
	}
	query := `ClipState = "failed" AND FailedDestinations = "folder" AND ExecutionStatus = "Running" AND WorkflowId STARTS_WITH "clip:batch"`
	eventually(t, func() bool {
		found, err := server.main.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		return err == nil && len(found.GetExecutions()) == len(runs)
	})
	for _, run := range runs {
		require.NoError(t, server.main.SignalWorkflow(t.Context(), run.GetID(), "", control.SignalRetry, nil))
	}
	for _, run := range runs {
		require.Equal(t, clip.Published, result(t, run).State)
	}
}

func TestAFailedClipIsRetriedByUpdate(t *testing.T) {
	t.Parallel()
	run := startClip(t, "update", quick, behaviour{publish: refusedOnce})
	awaitState(t, run, clip.Failed)
	retry := func(id string, args ...any) (answer control.RetryResult, err error) {
		handle, err := server.main.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
			WorkflowID: run.GetID(), UpdateName: control.UpdateRetry, UpdateID: id, Args: args, WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return answer, err
		}
		return answer, handle.Get(t.Context(), &answer)
	}
	_, err := retry("wrong", control.RetryInput{Destination: "rumble"})
	require.ErrorContains(t, err, "goes to folder, not to rumble")
	answer, err := retry("right", control.RetryInput{By: "ana"})
	require.NoError(t, err)
	require.Equal(t, control.RetryResult{ClipID: "update", State: clip.Uploading, Round: 2, Destinations: []string{"folder"}}, answer)
	require.Equal(t, clip.Published, result(t, run).State)
	recorded(t, "clip-retried-by-update", run.GetID(), run.GetRunID())
}

func TestAnUpdateWithoutInputIsEnough(t *testing.T) {
	t.Parallel()
	run := startClip(t, "noarg1", quick, behaviour{publish: refusedOnce})
	awaitState(t, run, clip.Failed)
	handle, err := server.main.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: run.GetID(), UpdateName: control.UpdateRetry, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(t, err)
	require.NoError(t, handle.Get(t.Context(), nil))
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestAClipThatFailedBeforeItHadAFileIsRetriedFromEncoding(t *testing.T) {
	t.Parallel()
	run := startClip(t, "nofile", quick, behaviour{cover: func(call int) media.Coverage {
		if call == 1 {
			return media.Coverage{Done: true, Expired: time.Now(), Gaps: []clip.Gap{{Start: time.Now().Add(-20 * time.Second), End: time.Now(), Reason: media.GapExpired}}}
		}
		return media.Coverage{Done: true, Covered: 20 * time.Second, Segments: []media.Segment{{Seq: 1}}}
	}})
	view := awaitState(t, run, clip.Failed)
	require.Equal(t, clip.TooOld, view.Code)
	require.NoError(t, server.main.SignalWorkflow(t.Context(), run.GetID(), "", control.SignalRetry, control.RetryInput{}))
	require.Equal(t, clip.Published, result(t, run).State)
	require.Equal(t, []clip.State{clip.Failed, clip.Encoding, clip.Encoded, clip.Uploading, clip.Published}, server.world.states("nofile"))
	recorded(t, "clip-failed-before-file-retried", run.GetID(), run.GetRunID())
}

func TestAFailedClipIsAbandoned(t *testing.T) {
	t.Parallel()
	run := startClip(t, "abando", quick, behaviour{publish: func(context.Context, int) error { return errAway }})
	awaitState(t, run, clip.Failed)
	require.Equal(t, 2, server.world.called("publish", "abando"))
	require.NoError(t, server.main.SignalWorkflow(t.Context(), run.GetID(), "", control.SignalAbandon, control.AbandonInput{By: "ana"}))
	require.Equal(t, clip.Failed, result(t, run).State)
	recorded(t, "clip-abandoned", run.GetID(), run.GetRunID())
}

func TestAClipIsAbandonedWhileItIsEncoded(t *testing.T) {
	t.Parallel()
	began := make(chan struct{})
	run := startClip(t, "stopme", quick, behaviour{cut: func(ctx context.Context, _ int) error {
		close(began)
		<-ctx.Done()
		return context.Cause(ctx)
	}})
	<-began
	require.NoError(t, server.main.SignalWorkflow(t.Context(), run.GetID(), "", control.SignalAbandon, nil))
	view := result(t, run)
	require.Equal(t, clip.Failed, view.State)
	require.Equal(t, clip.Withdrawn, view.Code)
	recorded(t, "clip-abandoned-while-encoding", run.GetID(), run.GetRunID())
}

func TestAClipIsCancelledWhileItWaits(t *testing.T) {
	t.Parallel()
	run := startClip(t, "cancel", quick, behaviour{cover: func(int) media.Coverage { return media.Coverage{} }})
	eventually(t, func() bool { return server.world.called("cover", "cancel") > 0 })
	require.NoError(t, server.main.CancelWorkflow(t.Context(), run.GetID(), ""))
	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	require.ErrorContains(t, run.Get(ctx, nil), "canceled")
	require.Equal(t, []clip.State{clip.Failed}, server.world.states("cancel"))
	recorded(t, "clip-cancelled", run.GetID(), run.GetRunID())
}

func TestAClipSurvivesADatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	run := startClip(t, "outage", quick, behaviour{transition: func(call int) error {
		if call <= 3 {
			return errAway
		}
		return nil
	}})
	require.Equal(t, clip.Published, result(t, run).State)
	recorded(t, "clip-database-away", run.GetID(), run.GetRunID())
}

func TestAClipWaitsForItsDelayAndItsQuota(t *testing.T) {
	t.Parallel()
	options := quick
	options.PublishDelay = time.Second
	run := startClip(t, "quota1", options, behaviour{publish: func(_ context.Context, call int) error {
		if call == 1 {
			return &destination.Error{Kind: destination.Deferred, Reason: "quota exhausted", Until: time.Now().Add(2 * time.Second)}
		}
		return nil
	}})
	require.Equal(t, clip.Published, result(t, run).State)
	recorded(t, "clip-held-and-deferred", run.GetID(), run.GetRunID())
}

func TestAFailedClipClosesWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	options := quick
	options.RetryWindow = time.Second
	run := startClip(t, "closed", options, behaviour{publish: func(context.Context, int) error {
		return &destination.Error{Kind: destination.Final, Reason: "Forbidden."}
	}})
	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	require.ErrorContains(t, run.Get(ctx, nil), "Forbidden.")
	recorded(t, "clip-closed", run.GetID(), run.GetRunID())

	t.Run("and a reset to its upload publishes it", func(t *testing.T) {
		server.world.mu.Lock()
		server.world.behave["closed"] = behaviour{}
		server.world.mu.Unlock()
		resetToUpload(t, run)
		again := server.main.GetWorkflow(t.Context(), run.GetID(), "")
		require.Equal(t, clip.Published, result(t, again).State)
		require.Equal(t, 1, server.world.called("cut", "closed"), "the encode is kept")
		require.Equal(t, []clip.State{
			clip.Encoding, clip.Encoded, clip.Uploading, clip.Failed, clip.Uploading, clip.Published,
		}, server.world.states("closed"))
		recorded(t, "clip-reset-to-upload", again.GetID(), again.GetRunID())
	})
}

func resetToUpload(t *testing.T, run client.WorkflowRun) {
	t.Helper()
	var scheduled int64
	for _, event := range history(t, run.GetID(), run.GetRunID()).GetEvents() {
		if a := event.GetActivityTaskScheduledEventAttributes(); a.GetActivityType().GetName() == task.Upload.Name {
			scheduled = a.GetWorkflowTaskCompletedEventId()
		}
	}
	_, err := server.main.WorkflowService().ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: control.Namespace, Reason: "test", RequestId: "reset-" + run.GetRunID(), WorkflowTaskFinishEventId: scheduled,
		WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: run.GetID(), RunId: run.GetRunID()},
	})
	require.NoError(t, err)
}

func TestAnUploadThatIsBeingRetriedRunsAtOnceAfterAReset(t *testing.T) {
	t.Parallel()
	options := control.ClipOptions{UploadAttempts: 8, UploadBackoff: time.Hour}
	run := startClip(t, "resets", options, behaviour{publish: func(_ context.Context, call int) error {
		if call == 1 {
			return errAway
		}
		return nil
	}})
	eventually(t, func() bool {
		all := pending(t, run.GetID())
		return len(all) == 1 && all[0].GetActivityId() == "upload-folder" && all[0].GetAttempt() == 2 &&
			all[0].GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED
	})
	_, err := server.main.WorkflowService().ResetActivity(t.Context(), &workflowservice.ResetActivityRequest{ //nolint:staticcheck // what operators' tools send
		Namespace: control.Namespace, Execution: &commonpb.WorkflowExecution{WorkflowId: run.GetID()},
		Activity: &workflowservice.ResetActivityRequest_Id{Id: "upload-folder"},
	})
	require.NoError(t, err)
	require.Equal(t, clip.Published, result(t, run).State)
	recorded(t, "clip-upload-reset", run.GetID(), run.GetRunID())
}
