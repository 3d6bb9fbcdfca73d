package workflows_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

func TestAClipGoesFromQueuedToPublished(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.run()
	view := b.result()
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Published}, b.states())
	require.Equal(t, []int{1, 2, 3, 4}, b.seqs())
	require.Equal(t, []string{"locate", "await", "encode", "upload-folder"}, b.asked())
	require.Equal(t, clip.Published, view.State)
	require.Equal(t, "http://host/clips/ab12cd.mp4", view.URL)
	require.Equal(t, 1, view.Round)
	encoded := b.records[1].File
	require.NotNil(t, encoded, "the file comes with the change to encoded")
	require.Equal(t, "clips/output/ab12cd.mp4", encoded.Path)
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Published}, b.shown,
		"each change is one search attribute update")
}

func TestAClipIsMadeOnTheHostThatRecorded(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.run()
	for id, queue := range b.queues {
		want := "media@host-1"
		if id == "locate" {
			want = control.QueueControl
		}
		require.Equal(t, want, queue, id)
	}
	require.Len(t, b.queues, 4)
}

func TestAClipMayBeAskedForBeforeTheRecordingBegins(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	tries := 0
	b.locate = func(task.LocateInput) (task.LocateResult, error) {
		if tries++; tries < 5 {
			return task.LocateResult{}, &clip.Failure{Code: clip.NoCapture, Message: "not yet"}
		}
		return recordedHere, nil
	}
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Equal(t, 5, tries)
}

func TestTheDeadlineForARecordingIsAMinuteAfterTheRequest(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	var deadline time.Time
	b.locate = func(in task.LocateInput) (task.LocateResult, error) {
		deadline = in.Deadline
		return recordedHere, nil
	}
	b.run()
	require.Equal(t, benchStart.Add(time.Minute), deadline.UTC())
}

func TestAMomentThatIsTooOldFailsWithoutAnEncode(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.await = func(task.AwaitInput) error {
		return &clip.Failure{Code: clip.TooOld, Message: "That moment is too long ago.", Final: true}
	}
	b.run()
	require.Equal(t, []clip.State{clip.Failed}, b.states())
	require.Equal(t, "That moment is too long ago.", b.records[0].Reason)
	require.Equal(t, clip.TooOld, b.records[0].Code)
	require.NotContains(t, b.asked(), "encode")
}

func TestAFailedClipClosesAsFailedAfterSevenDays(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.await = func(task.AwaitInput) error {
		return &clip.Failure{Code: clip.TooOld, Message: "too long ago", Final: true}
	}
	b.run()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, b.env.GetWorkflowError(), &failure)
	require.Equal(t, string(clip.TooOld), failure.Type())
	require.Equal(t, "too long ago", failure.Message())
	require.InDelta(t, 7*24*time.Hour, b.env.Now().Sub(benchStart), float64(time.Minute))
}

func TestAnEncodeThatCannotWorkIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.encode = func(task.EncodeInput) (task.EncodeResult, error) {
		return task.EncodeResult{}, &clip.Failure{Code: clip.NoFFmpeg, Message: "FFmpeg is not installed.", Final: true}
	}
	b.run()
	require.Equal(t, []clip.State{clip.Encoding, clip.Failed}, b.states())
	require.Equal(t, 1, b.attempts["encode"])
}

func TestAnEncodeThatMayWorkIsTriedFiveTimes(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.encode = func(task.EncodeInput) (task.EncodeResult, error) {
		return task.EncodeResult{}, &clip.Failure{Code: clip.EncodeFailed, Message: "FFmpeg ended with an error."}
	}
	b.run()
	require.Equal(t, []clip.State{clip.Encoding, clip.Failed}, b.states())
	require.Equal(t, 5, b.attempts["encode"])
	require.Equal(t, clip.EncodeFailed, b.records[1].Code)
}

func TestAnUploadIsTriedEightTimesInAboutTenMinutes(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	var first, last time.Time
	b.upload = func(task.UploadInput) (task.UploadResult, error) {
		last = b.env.Now()
		if first.IsZero() {
			first = last
		}
		return task.UploadResult{}, &clip.Failure{Code: clip.UploadFailed, Message: "The folder is not there."}
	}
	b.run()
	require.Equal(t, 8, b.attempts["upload-folder"])
	require.InDelta(t, 10*time.Minute, last.Sub(first), float64(time.Minute))
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Failed}, b.states())
}

func TestTheOperatorsRulesForUploadsHold(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.in.Options = control.ClipOptions{UploadAttempts: 2, UploadBackoff: time.Second, RetryWindow: time.Hour}
	b.upload = func(task.UploadInput) (task.UploadResult, error) {
		return task.UploadResult{}, &clip.Failure{Code: clip.UploadFailed, Message: "no"}
	}
	b.run()
	require.Equal(t, 2, b.attempts["upload-folder"])
	require.InDelta(t, time.Hour, b.env.Now().Sub(benchStart), float64(time.Minute))
}

func TestARefusedUploadEndsAtOnce(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.upload = func(task.UploadInput) (task.UploadResult, error) {
		return task.UploadResult{}, &clip.Failure{Code: clip.UploadFailed, Message: "Forbidden.", Final: true}
	}
	b.run()
	require.Equal(t, 1, b.attempts["upload-folder"])
	require.Equal(t, "Forbidden.", b.records[3].Reason)
	require.Equal(t, [][]string{{"folder"}}, b.failedDestinations)
}

func TestARecordThatDoesNotAnswerIsTriedByAnOrdinaryActivity(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	var calls atomic.Int64 // a local attempt that timed out may still run
	b.record = func(in task.RecordInput) (task.RecordResult, error) {
		if calls.Add(1) <= 6 {
			return task.RecordResult{}, &clip.Failure{Code: clip.Internal, Message: "the database is away"}
		}
		return task.RecordResult{Seq: in.Seq}, nil
	}
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Equal(t, 5, b.attempts["record"], "two local attempts, then ordinary ones")
}

func TestAChangeThatTheDatabaseRefusesEndsTheWorkflow(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.record = func(task.RecordInput) (task.RecordResult, error) {
		return task.RecordResult{}, &clip.Failure{Code: clip.Internal, Message: "There is no such clip.", Final: true}
	}
	b.run()
	require.ErrorContains(t, b.env.GetWorkflowError(), "There is no such clip.")
}

func TestAfterAResetTheChangesGoOnUnderTheNumbersThatAreFree(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.record = func(in task.RecordInput) (task.RecordResult, error) {
		if in.State == clip.Encoded {
			return task.RecordResult{Seq: 9}, nil
		}
		return task.RecordResult{Seq: in.Seq}, nil
	}
	b.run()
	require.Equal(t, []int{1, 9, 10, 11}, b.seqs())
	require.Equal(t, 11, b.result().Seq)
}

func TestAPublishDelayHoldsTheClipBackWhileItIsEncoded(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.in.Options.PublishDelay = 3 * time.Minute
	b.env.RegisterDelayedCallback(func() {
		view := b.query()
		require.Equal(t, clip.Encoded, view.State)
		require.False(t, view.HeldUntil.IsZero())
	}, 2*time.Minute)
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.GreaterOrEqual(t, b.env.Now().Sub(benchStart), 3*time.Minute)
}

func TestAnExhaustedQuotaDefersTheUploadInsteadOfFailingIt(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	until := benchStart.Add(9 * time.Hour)
	b.upload = func(task.UploadInput) (task.UploadResult, error) {
		if b.env.Now().Before(until) {
			return task.UploadResult{DeferredUntil: until, Reason: "quota exhausted"}, nil
		}
		return published, nil
	}
	b.env.RegisterDelayedCallback(func() {
		view := b.query()
		require.Equal(t, clip.Uploading, view.State)
		require.Equal(t, until, view.HeldUntil.UTC())
	}, time.Hour)
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Published}, b.states())
}

func TestARequestThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*clip.Request){
		"an id with a slash":           func(r *clip.Request) { r.ClipID = "../../" },
		"a span that ends as it start": func(r *clip.Request) { r.End = r.Start },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newClipBench(t)
			spoil(&b.in.Request)
			b.run()
			require.Error(t, b.env.GetWorkflowError())
			require.Empty(t, b.records)
		})
	}
}
