//go:build unix

package onserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/workers/retry"
)

// clips is what the commands of operators use.
func clips() *retry.Clips {
	return &retry.Clips{
		Temporal: server.main, Activities: server.main.WorkflowService(), Rows: server.world,
		Namespace: control.Namespace, Patience: wait,
	}
}

// refusing is a destination that refuses every upload for good.
var refusing = behaviour{publish: forbidden}

func forbidden(context.Context, int) error {
	return &destination.Error{Kind: destination.Final, Destination: "folder", Operation: "publish", Reason: "Forbidden."}
}

// mended makes the world of a clip a good one.
func mended(id string) {
	server.world.mu.Lock()
	defer server.world.mu.Unlock()
	server.world.behave[id] = behaviour{}
}

// awayOnce is a destination that cannot be reached at first.
func awayOnce(_ context.Context, call int) error {
	if call == 1 {
		return errAway
	}
	return nil
}

// patient are rules under which the second attempt comes after an hour.
var patient = control.ClipOptions{UploadAttempts: 8, UploadBackoff: time.Hour}

// awaitBackoff waits until an activity of a clip waits for its next attempt.
func awaitBackoff(t *testing.T, run client.WorkflowRun, activityID string) {
	t.Helper()
	eventually(t, func() bool {
		all := pending(t, run.GetID())
		return len(all) == 1 && all[0].GetActivityId() == activityID && all[0].GetAttempt() == 2 &&
			all[0].GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED
	})
}

// startClosing starts a clip that closes a moment after it failed, and waits
// until it has.
func startClosing(t *testing.T, id string, b behaviour) client.WorkflowRun {
	t.Helper()
	options := quick
	options.RetryWindow = time.Second
	run := startClip(t, id, options, b)
	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	require.Error(t, run.Get(ctx, nil))
	require.NoError(t, ctx.Err())
	return run
}

// current is the newest run of a clip's workflow.
func current(t *testing.T, id string) client.WorkflowRun {
	t.Helper()
	return server.main.GetWorkflow(t.Context(), control.ClipWorkflowID(id), "")
}

func TestRetryingAFailedClipBeginsARound(t *testing.T) {
	t.Parallel()
	run := startClip(t, "retry1", quick, behaviour{publish: refusedOnce})
	awaitState(t, run, clip.Failed)
	outcome, err := clips().Retry(t.Context(), "retry1", control.RetryInput{By: "ana"})
	require.NoError(t, err)
	require.Equal(t, retry.Outcome{ClipID: "retry1", Action: retry.Retried, State: clip.Uploading, Round: 2, Destinations: []string{"folder"}}, outcome)
	require.Equal(t, clip.Published, result(t, run).State)
	require.Equal(t, 1, server.world.called("cut", "retry1"), "the file is kept")

	t.Run("and once it is published there is nothing to retry", func(t *testing.T) {
		_, err := clips().Retry(t.Context(), "retry1", control.RetryInput{})
		require.ErrorIs(t, err, retry.ErrPublished)
		require.EqualError(t, err, "clip retry1 is published already at http://host/folder/retry1.mp4")
	})
	t.Run("and nothing to abandon", func(t *testing.T) {
		_, err := clips().Abandon(t.Context(), "retry1", control.AbandonInput{})
		require.ErrorIs(t, err, retry.ErrPublished)
	})
}

func TestTwoWhoRetryAClipAtOnceBeginOneRound(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	run := startClip(t, "retry2", quick, behaviour{publish: func(ctx context.Context, call int) error {
		if call > 1 {
			<-release
		}
		return refusedOnce(ctx, call)
	}})
	awaitState(t, run, clip.Failed)
	type answer struct {
		outcome retry.Outcome
		err     error
	}
	answers := make(chan answer, 2)
	for range 2 {
		go func() {
			outcome, err := clips().Retry(t.Context(), "retry2", control.RetryInput{})
			answers <- answer{outcome, err}
		}()
	}
	for range 2 {
		a := <-answers
		if a.err != nil { // it came when the other's round had begun
			require.ErrorIs(t, a.err, retry.ErrNotFailed)
			continue
		}
		require.Equal(t, 2, a.outcome.Round)
	}
	close(release)
	require.Equal(t, 2, result(t, run).Round)
	require.Equal(t, 2, server.world.called("publish", "retry2"))
}

func TestRetryingAnUploadBetweenTwoAttemptsBeginsTheNextOne(t *testing.T) {
	t.Parallel()
	for id, destination := range map[string]string{"retry3": "", "retry4": "folder"} {
		run := startClip(t, id, patient, behaviour{publish: awayOnce})
		awaitBackoff(t, run, "upload-folder")
		outcome, err := clips().Retry(t.Context(), id, control.RetryInput{Destination: destination})
		require.NoError(t, err)
		require.Equal(t, retry.Hastened, outcome.Action)
		require.Equal(t, clip.Uploading, outcome.State)
		require.Equal(t, []string{"upload-folder"}, outcome.Activities)
		require.Equal(t, clip.Published, result(t, run).State)
	}
}

func TestRetryingAnUploadThatSomebodyPausedGoesOn(t *testing.T) {
	t.Parallel()
	run := startClip(t, "retry5", patient, behaviour{publish: awayOnce})
	awaitBackoff(t, run, "upload-folder")
	temporalCLI(t, "activity", "pause", "--workflow-id", run.GetID(), "--activity-id", "upload-folder")
	require.True(t, pending(t, run.GetID())[0].GetPaused())
	_, err := clips().Retry(t.Context(), "retry5", control.RetryInput{})
	require.NoError(t, err)
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestRetryingAClosedClipUploadsItAgain(t *testing.T) {
	t.Parallel()
	run := startClosing(t, "retry6", refusing)
	mended("retry6")
	outcome, err := clips().Retry(t.Context(), "retry6", control.RetryInput{By: "ana"})
	require.NoError(t, err)
	require.Equal(t, retry.Reopened, outcome.Action)
	require.Equal(t, clip.Uploading, outcome.State)
	require.Equal(t, []string{"upload-folder"}, outcome.Activities)
	require.NotEqual(t, run.GetRunID(), outcome.RunID)
	again := current(t, "retry6")
	require.Equal(t, clip.Published, result(t, again).State)
	require.Equal(t, 1, server.world.called("cut", "retry6"), "the file is kept")
	require.Equal(t, []clip.State{
		clip.Encoding, clip.Encoded, clip.Uploading, clip.Failed, clip.Uploading, clip.Published,
	}, server.world.states("retry6"))
	recorded(t, "clip-reopened", again.GetID(), again.GetRunID())
}

func TestRetryingAClosedClipGoesBackToTheNewestUploadWithWhatWasAskedThen(t *testing.T) {
	t.Parallel()
	options := quick
	options.RetryWindow = 5 * time.Second
	run := startClip(t, "retry7", options, refusing)
	awaitState(t, run, clip.Failed)
	_, err := clips().Retry(t.Context(), "retry7", control.RetryInput{By: "ana"})
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	require.ErrorContains(t, run.Get(ctx, nil), "Forbidden.")
	mended("retry7")
	_, err = clips().Retry(t.Context(), "retry7", control.RetryInput{})
	require.NoError(t, err)
	again := current(t, "retry7")
	view := result(t, again)
	require.Equal(t, clip.Published, view.State)
	require.Equal(t, 2, view.Round)
	require.Equal(t, 3, server.world.called("publish", "retry7"))
	recorded(t, "clip-reopened-in-round-two", again.GetID(), again.GetRunID())
}

func TestRetryingAClosedClipThatNeverHadAFileCutsItAgain(t *testing.T) {
	t.Parallel()
	startClosing(t, "retry8", behaviour{cut: func(context.Context, int) error {
		return &clip.Failure{Code: clip.DiskFull, Message: "The disk is full.", Final: true}
	}})
	mended("retry8")
	outcome, err := clips().Retry(t.Context(), "retry8", control.RetryInput{})
	require.NoError(t, err)
	require.Equal(t, clip.Encoding, outcome.State)
	require.Equal(t, []string{"encode"}, outcome.Activities)
	again := current(t, "retry8")
	require.Equal(t, clip.Published, result(t, again).State)
	recorded(t, "clip-reopened-to-encode", again.GetID(), again.GetRunID())
}

func TestAClosedClipWhoseRecordingIsGoneCannotBeRetried(t *testing.T) {
	t.Parallel()
	startClosing(t, "retry9", behaviour{cover: func(int) media.Coverage {
		return media.Coverage{Done: true, Expired: time.Now(), Gaps: []clip.Gap{{
			Start: time.Now().Add(-20 * time.Second), End: time.Now(), Reason: media.GapExpired,
		}}}
	}})
	_, err := clips().Retry(t.Context(), "retry9", control.RetryInput{})
	require.ErrorIs(t, err, retry.ErrOver)
	require.ErrorContains(t, err, "clip retry9 has no file, and the recording cannot give it one: ")
}

func TestAClosedClipCannotBeRetriedWhereItDoesNotGo(t *testing.T) {
	t.Parallel()
	startClosing(t, "retrya", refusing)
	_, err := clips().Retry(t.Context(), "retrya", control.RetryInput{Destination: "rumble"})
	require.ErrorIs(t, err, retry.ErrOver)
	require.EqualError(t, err, "clip retrya closed with nothing to upload to rumble")
}

func TestRetryingAClipThatWasTerminatedOrCancelledReopensIt(t *testing.T) {
	t.Parallel()
	for id, end := range map[string]func(client.WorkflowRun) error{
		"retryb": func(run client.WorkflowRun) error {
			return server.main.TerminateWorkflow(t.Context(), run.GetID(), "", "by mistake")
		},
		"retryc": func(run client.WorkflowRun) error { return server.main.CancelWorkflow(t.Context(), run.GetID(), "") },
	} {
		run := startClip(t, id, patient, behaviour{publish: awayOnce})
		awaitBackoff(t, run, "upload-folder")
		require.NoError(t, end(run))
		ctx, stop := context.WithTimeout(t.Context(), wait)
		require.Error(t, run.Get(ctx, nil))
		stop()
		outcome, err := clips().Retry(t.Context(), id, control.RetryInput{})
		require.NoError(t, err)
		require.Equal(t, retry.Reopened, outcome.Action)
		require.Equal(t, clip.Published, result(t, current(t, id)).State)
	}
}

func TestAClipThatIsOnItsWayIsNotRetried(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	run := startClip(t, "retryd", quick, behaviour{publish: func(context.Context, int) error {
		<-release
		return nil
	}})
	awaitState(t, run, clip.Uploading)
	_, err := clips().Retry(t.Context(), "retryd", control.RetryInput{})
	require.ErrorIs(t, err, retry.ErrNotFailed)
	require.ErrorContains(t, err, "clip retryd has nothing to retry (folder: uploading)")
	close(release)
	result(t, run)
}

func TestRetryingAClipThatWaitsForAHostNamesTheHost(t *testing.T) {
	t.Parallel()
	run := startClip(t, "retrye", quick, behaviour{host: "host-gone"})
	eventually(t, func() bool { all := pending(t, run.GetID()); return len(all) == 1 && all[0].GetActivityId() == "await" })
	_, err := clips().Retry(t.Context(), "retrye", control.RetryInput{})
	require.ErrorIs(t, err, retry.ErrNotFailed)
	require.ErrorContains(t, err, "no worker has taken await yet: is `streamsuites worker` running on host host-gone?")
	_, err = clips().Abandon(t.Context(), "retrye", control.AbandonInput{})
	require.NoError(t, err)
}

func TestNobodyToAnswerIsSaidWithinThePatience(t *testing.T) {
	t.Parallel()
	impatient := clips()
	impatient.Patience = time.Second
	run := startUnattended(t, "retryf")
	_, err := impatient.Retry(t.Context(), "retryf", control.RetryInput{})
	require.ErrorIs(t, err, retry.ErrNoWorker)
	require.ErrorContains(t, err, "no worker answered for clip retryf within 1s: is `streamsuites worker` running?")
	_, err = impatient.Abandon(t.Context(), "retryf", control.AbandonInput{})
	require.ErrorIs(t, err, retry.ErrNoWorker)
	require.NoError(t, server.main.TerminateWorkflow(t.Context(), run.GetID(), "", "end of the test"))
}

// startUnattended starts a clip whose workflow no worker takes up.
func startUnattended(t *testing.T, id string) client.WorkflowRun {
	t.Helper()
	r := request(id)
	server.world.add(r, behaviour{})
	run, err := server.main.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: control.ClipWorkflowID(id), TaskQueue: "where nobody works",
	}, control.WorkflowClip, control.ClipInput{Request: r})
	require.NoError(t, err)
	return run
}

func TestAClipThatTemporalDoesNotKnowIsExplainedFromItsRow(t *testing.T) {
	t.Parallel()
	for id, is := range map[string]struct {
		state clip.State
		kind  error
		text  string
	}{
		"norow0": {"", retry.ErrUnknown, "there is no clip norow0; `streamsuites clips list` shows those that are"},
		"norow1": {clip.Published, retry.ErrPublished, "clip norow1 is published already at http://host/clips/norow1.mp4"},
		"norow2": {clip.Queued, retry.ErrNotFailed, "has not begun"},
		"norow3": {clip.Failed, retry.ErrOver, "Temporal has forgotten its workflow"},
	} {
		if is.state != "" {
			server.world.add(request(id), behaviour{})
			server.world.mu.Lock()
			server.world.clips[id].State, server.world.clips[id].URL = is.state, "http://host/clips/"+id+".mp4"
			server.world.mu.Unlock()
		}
		_, err := clips().Retry(t.Context(), id, control.RetryInput{})
		require.ErrorIs(t, err, is.kind)
		require.ErrorContains(t, err, is.text)
		_, err = clips().Abandon(t.Context(), id, control.AbandonInput{})
		require.ErrorIs(t, err, is.kind)
	}
}

func TestAnAbandonedClipStaysAbandoned(t *testing.T) {
	t.Parallel()
	run := startClip(t, "aband1", quick, refusing)
	awaitState(t, run, clip.Failed)
	outcome, err := clips().Abandon(t.Context(), "aband1", control.AbandonInput{By: "ana"})
	require.NoError(t, err)
	require.Equal(t, retry.Outcome{ClipID: "aband1", Action: retry.Abandoned, State: clip.Failed}, outcome)
	_, err = clips().Retry(t.Context(), "aband1", control.RetryInput{})
	require.ErrorIs(t, err, retry.ErrOver)
	require.EqualError(t, err, "clip aband1 was abandoned: Forbidden.")
	_, err = clips().Abandon(t.Context(), "aband1", control.AbandonInput{})
	require.ErrorIs(t, err, retry.ErrOver)
}

func TestAClipThatClosedAsFailedNeedsNoAbandoning(t *testing.T) {
	t.Parallel()
	startClosing(t, "aband2", refusing)
	_, err := clips().Abandon(t.Context(), "aband2", control.AbandonInput{})
	require.ErrorIs(t, err, retry.ErrOver)
	require.EqualError(t, err, "clip aband2 is closed already; nobody waits for it")
}
