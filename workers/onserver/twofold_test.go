//go:build unix

package onserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/workers/retry"
)

// startTwofold starts a clip that goes to a folder and to YouTube, with the
// search attributes that a session gives it.
func startTwofold(t *testing.T, id string, options control.ClipOptions, b behaviour) client.WorkflowRun {
	t.Helper()
	r := request(id)
	r.More = []string{"youtube"}
	server.world.add(r, b)
	run, err := server.main.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: control.ClipWorkflowID(id), TaskQueue: control.QueueControl, StaticSummary: "!clip by Ana",
		TypedSearchAttributes: temporal.NewSearchAttributes(
			control.AttrCreator.ValueSet(id), control.AttrDestinations.ValueSet(r.Destinations())),
	}, control.WorkflowClip, control.ClipInput{Request: r, Options: options})
	require.NoError(t, err)
	return run
}

func TestOneDestinationOfTwoThatFailedIsRetried(t *testing.T) {
	t.Parallel()
	run := startTwofold(t, "twofo1", quick, behaviour{publish: refusedOnce, youtube: refusedOnce})
	awaitState(t, run, clip.Failed)
	outcome, err := clips().Retry(t.Context(), "twofo1", control.RetryInput{Destination: "youtube"})
	require.NoError(t, err)
	require.Equal(t, retry.Outcome{
		ClipID: "twofo1", Action: retry.Retried, State: clip.Uploading, Round: 2, Destinations: []string{"youtube"},
	}, outcome)
	awaitUpload(t, run, "youtube", clip.UploadPublished)
	view := awaitState(t, run, clip.Failed)
	require.Equal(t, 2, view.Round)
	require.Equal(t, 1, server.world.called("publish", "twofo1"), "the folder was not asked again")

	_, err = clips().Retry(t.Context(), "twofo1", control.RetryInput{Destination: "youtube"})
	require.ErrorIs(t, err, retry.ErrNotFailed)
	outcome, err = clips().Retry(t.Context(), "twofo1", control.RetryInput{})
	require.NoError(t, err)
	require.Equal(t, []string{"folder"}, outcome.Destinations)
	require.Equal(t, clip.Published, result(t, run).State)
	require.Equal(t, 2, server.world.called("publish-youtube", "twofo1"))
}

func TestWhatFailedAndWhatWaitsForItsNextAttemptAreRetriedTogether(t *testing.T) {
	t.Parallel()
	run := startTwofold(t, "twofo2", patient, behaviour{publish: refusedOnce, youtube: awayOnce})
	awaitUpload(t, run, "folder", clip.UploadBroken)
	awaitBackoff(t, run, "upload-youtube")
	outcome, err := clips().Retry(t.Context(), "twofo2", control.RetryInput{})
	require.NoError(t, err)
	require.Equal(t, retry.Retried, outcome.Action)
	require.Equal(t, []string{"folder"}, outcome.Destinations)
	require.Equal(t, []string{"upload-youtube"}, outcome.Activities)
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestARetryOfOneDestinationLeavesTheOtherItsWait(t *testing.T) {
	t.Parallel()
	run := startTwofold(t, "twofo3", patient, behaviour{publish: refusedOnce, youtube: awayOnce})
	awaitUpload(t, run, "folder", clip.UploadBroken)
	awaitBackoff(t, run, "upload-youtube")
	outcome, err := clips().Retry(t.Context(), "twofo3", control.RetryInput{Destination: "folder"})
	require.NoError(t, err)
	require.Equal(t, retry.Retried, outcome.Action)
	require.Empty(t, outcome.Activities)
	awaitUpload(t, run, "folder", clip.UploadPublished)
	awaitBackoff(t, run, "upload-youtube")
	outcome, err = clips().Retry(t.Context(), "twofo3", control.RetryInput{Destination: "youtube"})
	require.NoError(t, err)
	require.Equal(t, retry.Hastened, outcome.Action)
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestRetryingEndsTheWaitForAQuota(t *testing.T) {
	t.Parallel()
	run := startTwofold(t, "twofo4", quick, behaviour{youtube: deferredOnce(10 * time.Hour)})
	awaitUpload(t, run, "youtube", clip.UploadDeferred)
	outcome, err := clips().Retry(t.Context(), "twofo4", control.RetryInput{Destination: "youtube"})
	require.NoError(t, err)
	require.Equal(t, []string{"youtube"}, outcome.Destinations)
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestRetryingEndsThePublishDelay(t *testing.T) {
	t.Parallel()
	options := quick
	options.PublishDelay = time.Hour
	run := startClip(t, "held01", options, behaviour{})
	eventually(t, func() bool {
		var view control.ClipView
		value, err := server.main.QueryWorkflow(t.Context(), run.GetID(), "", control.QueryClip)
		return err == nil && value.Get(&view) == nil && !view.HeldUntil.IsZero()
	})
	outcome, err := clips().Retry(t.Context(), "held01", control.RetryInput{})
	require.NoError(t, err)
	require.Equal(t, retry.Retried, outcome.Action)
	require.Equal(t, 1, outcome.Round)
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestAClosedClipIsUploadedOnlyWhereItIsNot(t *testing.T) {
	t.Parallel()
	options := quick
	options.RetryWindow = time.Second
	run := startTwofold(t, "twofo5", options, behaviour{youtube: refused})
	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	require.Error(t, run.Get(ctx, nil))
	mended("twofo5")

	_, err := clips().Retry(t.Context(), "twofo5", control.RetryInput{Destination: "folder"})
	require.ErrorIs(t, err, retry.ErrOver, "it is there")
	outcome, err := clips().Retry(t.Context(), "twofo5", control.RetryInput{})
	require.NoError(t, err)
	require.Equal(t, retry.Reopened, outcome.Action)
	require.Equal(t, []string{"upload-youtube"}, outcome.Activities)
	again := current(t, "twofo5")
	require.Equal(t, clip.Published, result(t, again).State)
	require.Equal(t, 1, server.world.called("publish", "twofo5"), "the folder has it")
	require.Equal(t, clip.UploadPublished, server.world.upload("youtube", "twofo5").State)
	recorded(t, "clip-reopened-at-one-destination", again.GetID(), again.GetRunID())
}
