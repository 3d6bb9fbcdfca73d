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
	"github.com/streamsuites/streamsuites/internal/destination"
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

// awaitUpload waits until a clip stands somewhere at a destination, for its
// workflow too.
func awaitUpload(t *testing.T, run client.WorkflowRun, to string, want clip.UploadState) {
	t.Helper()
	eventually(t, func() bool {
		var view control.ClipView
		value, err := server.main.QueryWorkflow(t.Context(), run.GetID(), "", control.QueryClip)
		if err != nil || value.Get(&view) != nil {
			return false
		}
		for _, u := range view.Uploads {
			if u.Destination == to {
				return u.State == want
			}
		}
		return false
	})
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
	require.Equal(t, 2, server.world.called("publish at youtube", "twofo1"))
	recorded(t, "clip-retried-at-one-destination", run.GetID(), run.GetRunID())
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
	run := startTwofold(t, "twofo4", quick, behaviour{youtube: func(_ context.Context, call int) error {
		if call == 1 {
			return &destination.Error{Kind: destination.Deferred, Reason: "quota exhausted", Until: time.Now().Add(10 * time.Hour)}
		}
		return nil
	}})
	awaitUpload(t, run, "youtube", clip.UploadDeferred)
	outcome, err := clips().Retry(t.Context(), "twofo4", control.RetryInput{Destination: "youtube"})
	require.NoError(t, err)
	require.Equal(t, []string{"youtube"}, outcome.Destinations)
	require.Equal(t, clip.Published, result(t, run).State)
	recorded(t, "clip-quota-wait-ended", run.GetID(), run.GetRunID())
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
	recorded(t, "clip-publish-delay-ended", run.GetID(), run.GetRunID())
}

func TestAClosedClipIsUploadedOnlyWhereItIsNot(t *testing.T) {
	t.Parallel()
	options := quick
	options.RetryWindow = time.Second
	run := startTwofold(t, "twofo5", options, behaviour{youtube: func(context.Context, int) error { return refused }})
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
	require.Equal(t, clip.UploadPublished, server.world.upload("twofo5", "youtube"))
	recorded(t, "clip-reopened-at-one-destination", again.GetID(), again.GetRunID())
}
