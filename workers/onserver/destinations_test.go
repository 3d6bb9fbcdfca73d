//go:build unix

package onserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/destination"
)

// deferredOnce is a destination that takes nothing at first.
func deferredOnce(wait time.Duration) func(context.Context, int) error {
	return func(_ context.Context, call int) error {
		if call == 1 {
			return &destination.Error{Kind: destination.Deferred, Reason: "quota exhausted", Until: time.Now().Add(wait)}
		}
		return nil
	}
}

// refused is a destination that refuses everything for good.
func refused(context.Context, int) error {
	return &destination.Error{Kind: destination.Final, Reason: "The title is not allowed."}
}

func retryNow(t *testing.T, run client.WorkflowRun, in control.RetryInput) (answer control.RetryResult) {
	t.Helper()
	handle, err := server.main.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: run.GetID(), UpdateName: control.UpdateRetry, Args: []any{in}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(t, err)
	require.NoError(t, handle.Get(t.Context(), &answer))
	return answer
}

// awaitUpload waits until a clip stands at a destination as asked for.
func awaitUpload(t *testing.T, run client.WorkflowRun, destination string, state clip.UploadState) (found control.UploadView) {
	t.Helper()
	eventually(t, func() bool {
		value, err := server.main.QueryWorkflow(t.Context(), run.GetID(), "", control.QueryClip)
		var view control.ClipView
		if err != nil || value.Get(&view) != nil {
			return false
		}
		for _, upload := range view.Uploads {
			if upload.Destination == destination && upload.State == state {
				found = upload
			}
		}
		return found.Destination != ""
	})
	return found
}

func TestAClipIsPublishedAtTwoDestinations(t *testing.T) {
	t.Parallel()
	run := startClip(t, "twodes", control.ClipOptions{}, behaviour{}, "youtube")
	view := result(t, run)
	require.Equal(t, clip.Published, view.State)
	require.Equal(t, "http://host/folder/twodes.mp4", view.URL)
	require.Equal(t, "http://host/youtube/twodes.mp4", view.Uploads[1].URL)
	require.Equal(t, clip.UploadPublished, server.world.upload("youtube", "twodes").State)
	recorded(t, "clip-two-destinations", run.GetID(), run.GetRunID())
}

func TestADestinationThatFailedIsRetriedAlone(t *testing.T) {
	t.Parallel()
	run := startClip(t, "alone1", quick, behaviour{youtube: refusedOnce}, "youtube")
	view := awaitState(t, run, clip.Failed)
	require.Equal(t, "youtube: Forbidden.", view.Reason)
	require.Equal(t, clip.UploadBroken, server.world.upload("youtube", "alone1").State)
	eventually(t, func() bool {
		found, err := server.main.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Query: `FailedDestinations = "youtube" AND WorkflowId = "clip:alone1"`,
		})
		return err == nil && len(found.GetExecutions()) == 1
	})
	require.Equal(t, control.RetryResult{ClipID: "alone1", State: clip.Uploading, Round: 2, Destinations: []string{"youtube"}},
		retryNow(t, run, control.RetryInput{Destination: "youtube"}))
	require.Equal(t, clip.Published, result(t, run).State)
	require.Equal(t, 1, server.world.called("publish", "alone1"))
	require.Equal(t, 2, server.world.called("publish-youtube", "alone1"))
	recorded(t, "clip-destination-retried", run.GetID(), run.GetRunID())
}

func TestADestinationIsRetriedWhileAnotherIsDeferred(t *testing.T) {
	t.Parallel()
	run := startClip(t, "amids1", quick, behaviour{publish: deferredOnce(time.Hour), youtube: refusedOnce}, "youtube")
	awaitUpload(t, run, "youtube", clip.UploadBroken)
	awaitUpload(t, run, "folder", clip.UploadDeferred)
	require.Equal(t, 2, retryNow(t, run, control.RetryInput{Destination: "youtube"}).Round)
	awaitUpload(t, run, "youtube", clip.UploadPublished)
	require.Equal(t, []string{"folder"}, retryNow(t, run, control.RetryInput{}).Destinations)
	require.Equal(t, clip.Published, result(t, run).State)
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Published}, server.world.states("amids1"))
	recorded(t, "clip-destination-retried-meanwhile", run.GetID(), run.GetRunID())
}

func TestADeferredUploadIsPublishedWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	run := startClip(t, "quota2", quick, behaviour{youtube: deferredOnce(3 * time.Second)}, "youtube")
	upload := awaitUpload(t, run, "youtube", clip.UploadDeferred)
	require.Equal(t, "quota exhausted", upload.Reason)
	require.Equal(t, clip.Published, result(t, run).State)
	recorded(t, "clip-deferred", run.GetID(), run.GetRunID())
}

func TestADeferredUploadIsRetriedEarly(t *testing.T) {
	t.Parallel()
	run := startClip(t, "quota3", quick, behaviour{publish: deferredOnce(time.Hour)})
	awaitUpload(t, run, "folder", clip.UploadDeferred)
	require.Equal(t, clip.UploadDeferred, server.world.upload("folder", "quota3").State)
	require.NoError(t, server.main.SignalWorkflow(t.Context(), run.GetID(), "", control.SignalRetry, nil))
	require.Equal(t, clip.Published, result(t, run).State)
	recorded(t, "clip-deferred-retried-early", run.GetID(), run.GetRunID())
}

func TestAClipThatIsHeldBackIsPublishedEarly(t *testing.T) {
	t.Parallel()
	options := quick
	options.PublishDelay = time.Hour
	run := startClip(t, "early1", options, behaviour{})
	awaitState(t, run, clip.Encoded)
	eventually(t, func() bool { // it is encoded a moment before it is held back
		value, err := server.main.QueryWorkflow(t.Context(), run.GetID(), "", control.QueryClip)
		var view control.ClipView
		return err == nil && value.Get(&view) == nil && !view.HeldUntil.IsZero()
	})
	require.Equal(t, clip.Uploading, retryNow(t, run, control.RetryInput{By: "ana"}).State)
	require.Equal(t, clip.Published, result(t, run).State)
	recorded(t, "clip-held-retried-early", run.GetID(), run.GetRunID())
}

func TestAClipThatFailedInPartIsAbandoned(t *testing.T) {
	t.Parallel()
	run := startClip(t, "partly", quick, behaviour{youtube: refused}, "youtube")
	awaitState(t, run, clip.Failed)
	require.NoError(t, server.main.SignalWorkflow(t.Context(), run.GetID(), "", control.SignalAbandon, nil))
	view := result(t, run)
	require.Equal(t, clip.Failed, view.State)
	require.Equal(t, "http://host/folder/partly.mp4", view.Uploads[0].URL)
	require.Equal(t, "The title is not allowed.", view.Uploads[1].Reason)
	recorded(t, "clip-partly-failed-abandoned", run.GetID(), run.GetRunID())
}

func TestAClipIsAbandonedWhileItIsUploadedToTwoDestinations(t *testing.T) {
	t.Parallel()
	began := make(chan struct{}, 2)
	sending := func(ctx context.Context, _ int) error {
		began <- struct{}{}
		<-ctx.Done()
		return context.Cause(ctx)
	}
	run := startClip(t, "abtwo1", quick, behaviour{publish: sending, youtube: sending}, "youtube")
	for range 2 {
		<-began
	}
	require.NoError(t, server.main.SignalWorkflow(t.Context(), run.GetID(), "", control.SignalAbandon, nil))
	view := result(t, run)
	require.Equal(t, clip.Withdrawn, view.Code)
	require.Equal(t, clip.UploadBroken, view.Uploads[0].State)
	require.Equal(t, clip.UploadBroken, view.Uploads[1].State)
	recorded(t, "clip-abandoned-while-uploading", run.GetID(), run.GetRunID())
}

func TestADestinationSaysHowLongItsUploadHasToWait(t *testing.T) {
	t.Parallel()
	run := startClip(t, "after1", quick, behaviour{publish: func(_ context.Context, call int) error {
		if call == 1 {
			return &destination.Error{Kind: destination.Retry, Reason: "Too fast.", After: time.Hour}
		}
		return nil
	}})
	eventually(t, func() bool {
		all := pending(t, run.GetID())
		return len(all) == 1 && all[0].GetAttempt() == 2 &&
			time.Until(all[0].GetScheduledTime().AsTime()) > 50*time.Minute // far beyond the retry policy
	})
	require.Equal(t, clip.UploadRetrying, server.world.upload("folder", "after1").State)
	_, err := server.main.WorkflowService().ResetActivity(t.Context(), &workflowservice.ResetActivityRequest{ //nolint:staticcheck // what operators' tools send
		Namespace: control.Namespace, Execution: execution(run), Activity: &workflowservice.ResetActivityRequest_Id{Id: "upload-folder"},
	})
	require.NoError(t, err)
	require.Equal(t, clip.Published, result(t, run).State)
	recorded(t, "clip-upload-told-to-wait", run.GetID(), run.GetRunID())
}

// The test plays a host that is stopped in the middle of an upload and goes on
// after another attempt has begun.
func TestAnUploadWhoseHostStoppedIsAttemptedAgain(t *testing.T) {
	t.Parallel()
	const stopped = "host-stopped"
	run := startClip(t, "stoppd", quick, behaviour{host: stopped})
	answer(t, pollAs(t, stopped), task.AwaitResult{})
	answer(t, pollAs(t, stopped), task.EncodeResult{Path: "clips/output/stoppd.mp4", Bytes: 9, SHA256: "ff"})
	first := pollAs(t, stopped)
	require.Equal(t, "upload-folder", first.GetActivityId())
	second := pollAs(t, stopped) // after the heartbeat timeout
	require.Equal(t, int32(2), second.GetAttempt())
	require.True(t, second.GetStartedTime().AsTime().After(first.GetStartedTime().AsTime()), "which is how attempts are told apart")
	_, err := server.main.WorkflowService().RespondActivityTaskCompleted(t.Context(), &workflowservice.RespondActivityTaskCompletedRequest{
		Namespace: control.Namespace, TaskToken: first.GetTaskToken(), Result: payloads(t, task.UploadResult{URL: "http://host/late"}),
	})
	require.Error(t, err, "nobody waits for the first one any more")
	answer(t, second, task.UploadResult{URL: "http://host/stoppd.mp4"})
	require.Equal(t, "http://host/stoppd.mp4", result(t, run).URL)
	recorded(t, "clip-upload-second-attempt", run.GetID(), run.GetRunID())
}

// answer completes an activity as its worker does.
func answer(t *testing.T, taken *workflowservice.PollActivityTaskQueueResponse, with any) {
	t.Helper()
	_, err := server.main.WorkflowService().RespondActivityTaskCompleted(t.Context(), &workflowservice.RespondActivityTaskCompletedRequest{
		Namespace: control.Namespace, TaskToken: taken.GetTaskToken(), Result: payloads(t, with),
	})
	require.NoError(t, err)
}

func payloads(t *testing.T, value any) *commonpb.Payloads {
	t.Helper()
	encoded, err := converter.GetDefaultDataConverter().ToPayloads(value)
	require.NoError(t, err)
	return encoded
}
