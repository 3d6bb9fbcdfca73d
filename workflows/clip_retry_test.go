package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// refuseFirst makes the first upload round fail for good.
func refuseFirst(b *clipBench) {
	b.upload = func(in task.UploadInput) (task.UploadResult, error) {
		if in.Round == 1 {
			return task.UploadResult{}, &clip.Failure{Code: clip.UploadFailed, Message: "Forbidden.", Final: true}
		}
		return published, nil
	}
}

// notEncodedYet keeps the clip encoding for some seconds.
func notEncodedYet(b *clipBench) {
	b.encode = func(task.EncodeInput) (task.EncodeResult, error) {
		if b.attempts["encode"] < 4 {
			return task.EncodeResult{}, &clip.Failure{Code: clip.EncodeFailed, Message: "FFmpeg ended with an error."}
		}
		return encodedFile, nil
	}
}

func TestARetryBySignalGoesOnWithTheUpload(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	refuseFirst(b)
	b.at(time.Hour, func() { b.env.SignalWorkflow(control.SignalRetry, control.RetryInput{By: "ana"}) })
	b.run()
	view := b.result()
	require.Equal(t, []clip.State{
		clip.Encoding, clip.Encoded, clip.Uploading, clip.Failed, clip.Uploading, clip.Published,
	}, b.states())
	require.Equal(t, 1, b.attempts["encode"], "the file is kept")
	require.Equal(t, 2, view.Round)
	require.Equal(t, [][]string{{"folder"}, nil}, b.failedDestinations)
}

func TestARetrySignalWithoutInputIsEnough(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	refuseFirst(b)
	b.at(time.Hour, func() { b.env.SignalWorkflow(control.SignalRetry, nil) })
	b.run()
	require.Equal(t, clip.Published, b.result().State)
}

func TestARetryByUpdateAnswersWithTheRoundThatBegan(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	refuseFirst(b)
	answers := newAnswers(t)
	b.at(time.Hour, func() { b.update(answers, control.RetryInput{Destination: "folder"}) })
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Equal(t, []control.RetryResult{{ClipID: "ab12cd", State: clip.Uploading, Round: 2, Destinations: []string{"folder"}}}, answers.results)
}

func TestARetryOfWhatHasNotFailedIsRejected(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	notEncodedYet(b)
	answers := newAnswers(t)
	b.at(2*time.Second, func() { b.update(answers, control.RetryInput{}) })
	b.run()
	require.Len(t, answers.rejections, 1)
	require.ErrorContains(t, answers.rejections[0], "clip ab12cd is encoding; only a failed clip can be retried")
}

func TestARetryAtADestinationThatTheClipDoesNotHaveIsRejected(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	refuseFirst(b)
	answers := newAnswers(t)
	b.at(time.Hour, func() { b.update(answers, control.RetryInput{Destination: "rumble"}) })
	b.at(2*time.Hour, func() { b.env.SignalWorkflow(control.SignalRetry, control.RetryInput{Destination: "rumble"}) })
	b.run()
	require.Len(t, answers.rejections, 1)
	require.ErrorContains(t, answers.rejections[0], "goes to folder, not to rumble")
	require.Equal(t, clip.Failed, b.states()[len(b.states())-1], "the signal was not heard either")
}

func TestARetrySignalThatCameTooEarlyIsNotKeptForLater(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	refuseFirst(b)
	notEncodedYet(b)
	b.at(2*time.Second, func() { b.env.SignalWorkflow(control.SignalRetry, control.RetryInput{}) })
	b.run()
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Failed}, b.states())
}

func TestAClipThatFailedBeforeItHadAFileIsRetriedFromEncoding(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	tries := 0
	b.await = func(task.AwaitInput) error {
		if tries++; tries == 1 {
			return &clip.Failure{Code: clip.CaptureGap, Message: "The stream broke off.", Final: true}
		}
		return nil
	}
	answers := newAnswers(t)
	b.at(time.Hour, func() { b.update(answers, control.RetryInput{}) })
	b.run()
	require.Equal(t, []clip.State{
		clip.Failed, clip.Encoding, clip.Encoded, clip.Uploading, clip.Published,
	}, b.states())
	require.Equal(t, []control.RetryResult{{ClipID: "ab12cd", State: clip.Encoding, Round: 2, Destinations: []string{"folder"}}}, answers.results)
	require.Empty(t, b.failedDestinations, "no destination failed")
}

func TestEachFailureOpensTheClipForSevenDaysAnew(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.upload = func(task.UploadInput) (task.UploadResult, error) {
		return task.UploadResult{}, &clip.Failure{Code: clip.UploadFailed, Message: "Forbidden.", Final: true}
	}
	b.at(6*24*time.Hour, func() { b.env.SignalWorkflow(control.SignalRetry, control.RetryInput{}) })
	b.run()
	require.Error(t, b.env.GetWorkflowError())
	require.InDelta(t, 13*24*time.Hour, b.env.Now().Sub(benchStart), float64(time.Hour))
}

func TestAnAbandonedClipClosesAtOnceAndStaysFailed(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	refuseFirst(b)
	b.at(time.Hour, func() { b.env.SignalWorkflow(control.SignalAbandon, control.AbandonInput{By: "ana"}) })
	b.run()
	view := b.result()
	require.Equal(t, clip.Failed, view.State)
	require.Equal(t, "Forbidden.", view.Reason)
	require.InDelta(t, time.Hour, b.env.Now().Sub(benchStart), float64(time.Minute))
}

func TestAClipThatIsBeingMadeCanBeAbandoned(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.in.Options.PublishDelay = time.Hour
	b.at(time.Minute, func() { b.env.SignalWorkflow(control.SignalAbandon, control.AbandonInput{By: "ana"}) })
	b.run()
	require.Equal(t, clip.Failed, b.result().State)
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Failed}, b.states())
	require.Equal(t, clip.Withdrawn, b.records[2].Code)
	require.Equal(t, "Taken back by ana.", b.records[2].Reason)
}

func TestACancelledClipIsRecordedAsWithdrawn(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.in.Options.PublishDelay = time.Hour
	b.at(time.Minute, b.env.CancelWorkflow)
	b.run()
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Failed}, b.states())
	require.Equal(t, clip.Withdrawn, b.records[2].Code)
	require.True(t, temporal.IsCanceledError(b.env.GetWorkflowError()))
}

func TestAFailedClipThatIsCancelledIsNotRecordedTwice(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	refuseFirst(b)
	b.at(time.Hour, b.env.CancelWorkflow)
	b.run()
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Failed}, b.states())
	require.True(t, temporal.IsCanceledError(b.env.GetWorkflowError()))
}

func TestTheQueryTellsHowLongAFailedClipIsOpen(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	refuseFirst(b)
	b.at(time.Hour, func() {
		view := b.query()
		require.Equal(t, clip.Failed, view.State)
		require.Equal(t, clip.UploadFailed, view.Code)
		require.Equal(t, "Forbidden.", view.Reason)
		require.Equal(t, "clips/output/ab12cd.mp4", view.File)
		require.InDelta(t, 7*24*time.Hour, view.RetryUntil.Sub(benchStart), float64(time.Minute))
		b.env.SignalWorkflow(control.SignalRetry, control.RetryInput{})
	})
	b.run()
	require.True(t, b.result().RetryUntil.IsZero())
}
