package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// several is a bench whose clip goes to a folder, to YouTube and to Rumble. upload
// plays the destinations by name; those that are not given publish.
func several(t *testing.T, upload map[string]func(task.UploadInput) (task.UploadResult, error)) *clipBench {
	b := newClipBench(t)
	b.in.Request.More = []string{"youtube", "rumble"}
	b.upload = func(in task.UploadInput) (task.UploadResult, error) {
		if play := upload[in.Destination]; play != nil {
			return play(in)
		}
		return task.UploadResult{URL: "http://" + in.Destination + "/ab12cd"}, nil
	}
	return b
}

type uploads = map[string]func(task.UploadInput) (task.UploadResult, error)

// forbidden refuses the rounds before the given one.
func forbidden(until int) func(task.UploadInput) (task.UploadResult, error) {
	return func(in task.UploadInput) (task.UploadResult, error) {
		if in.Round < until {
			return task.UploadResult{}, &clip.Failure{Code: clip.UploadFailed, Message: "Forbidden.", Final: true}
		}
		return task.UploadResult{URL: "http://" + in.Destination + "/ab12cd"}, nil
	}
}

// noQuota defers the first upload by nine hours; a later one is published.
func noQuota() func(task.UploadInput) (task.UploadResult, error) {
	asked := false
	return func(in task.UploadInput) (task.UploadResult, error) {
		if !asked {
			asked = true
			return task.UploadResult{DeferredUntil: benchStart.Add(9 * time.Hour), Reason: "quota exhausted"}, nil
		}
		return task.UploadResult{URL: "http://" + in.Destination + "/ab12cd"}, nil
	}
}

func TestAClipIsPublishedOnceItIsAtAllItsDestinations(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"youtube": noQuota()})
	b.at(time.Hour, func() {
		require.Equal(t, clip.Uploading, b.query().State)
		require.Equal(t, map[string]clip.UploadState{
			"folder": clip.UploadPublished, "youtube": clip.UploadDeferred, "rumble": clip.UploadPublished,
		}, b.uploads())
	})
	b.run()
	view := b.result()
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Published}, b.states())
	require.Equal(t, "http://folder/ab12cd", view.URL, "the address at the first destination is the clip's")
	require.Equal(t, "http://folder/ab12cd", b.records[3].URL)
	require.Equal(t, "folder", view.Destination)
	require.Equal(t, []control.UploadView{
		{Destination: "folder", State: clip.UploadPublished, Round: 1, URL: "http://folder/ab12cd"},
		{Destination: "youtube", State: clip.UploadPublished, Round: 1, URL: "http://youtube/ab12cd"},
		{Destination: "rumble", State: clip.UploadPublished, Round: 1, URL: "http://rumble/ab12cd"},
	}, view.Uploads)
	require.ElementsMatch(t, []string{"locate", "await", "encode", "upload-folder", "upload-youtube", "upload-rumble"}, b.asked())
	require.Empty(t, b.notes, "the attempts have said it all")
}

func TestDestinationsLearnWhatTitlesAreMadeOf(t *testing.T) {
	t.Parallel()
	var got task.UploadInput
	b := newClipBench(t)
	b.upload = func(in task.UploadInput) (task.UploadResult, error) { got = in; return published, nil }
	b.run()
	require.Equal(t, []string{"Cee", "Live", "Ana"}, []string{got.Creator, got.SourceTitle, got.Clipper})
	require.Equal(t, benchStart, got.RequestedAt.UTC())
}

func TestADestinationThatFailsIsShownWhileTheOthersGoOn(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"youtube": noQuota(), "rumble": forbidden(9)})
	b.at(time.Hour, func() {
		view := b.query()
		require.Equal(t, clip.Uploading, view.State)
		require.Equal(t, clip.UploadBroken, view.Uploads[2].State)
		require.Equal(t, clip.UploadFailed, view.Uploads[2].Code)
		require.Equal(t, "Forbidden.", view.Uploads[2].Reason)
		require.Equal(t, benchStart.Add(9*time.Hour), view.Uploads[1].DeferredUntil.UTC())
		require.Equal(t, [][]string{{"rumble"}}, b.failedDestinations)
		require.Equal(t, []string{"rumble failed"}, b.notes)
	})
	b.at(10*time.Hour, func() { b.env.SignalWorkflow(control.SignalAbandon, nil) })
	b.run()
	view := b.result()
	require.Equal(t, clip.Failed, view.State)
	require.Equal(t, "rumble: Forbidden.", view.Reason)
	require.Empty(t, view.URL, "a clip that is not everywhere has no address of its own")
	require.Equal(t, "http://folder/ab12cd", view.Uploads[0].URL)
}

func TestTheReasonNamesEveryDestinationThatFailed(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"folder": forbidden(9), "rumble": forbidden(9)})
	b.in.Options.RetryWindow = time.Hour
	b.run()
	require.ErrorContains(t, b.env.GetWorkflowError(), "folder: Forbidden. rumble: Forbidden.")
	require.Equal(t, clip.UploadFailed, b.records[3].Code)
	require.Equal(t, []string{"folder", "rumble"}, b.failedDestinations[len(b.failedDestinations)-1])
}

func TestARetryOfOneDestinationLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"youtube": forbidden(2), "rumble": forbidden(3)})
	first, second := newAnswers(t), newAnswers(t)
	b.at(time.Hour, func() { b.update(first, control.RetryInput{Destination: "youtube"}) })
	b.at(2*time.Hour, func() {
		require.Equal(t, map[string]clip.UploadState{
			"folder": clip.UploadPublished, "youtube": clip.UploadPublished, "rumble": clip.UploadBroken,
		}, b.uploads())
		require.Equal(t, clip.Failed, b.query().State)
		b.env.UpdateWorkflow(control.UpdateRetry, "retry-2", second, control.RetryInput{})
	})
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Equal(t, []control.RetryResult{{ClipID: "ab12cd", State: clip.Uploading, Round: 2, Destinations: []string{"youtube"}}}, first.results)
	require.Equal(t, []control.RetryResult{{ClipID: "ab12cd", State: clip.Uploading, Round: 3, Destinations: []string{"rumble"}}}, second.results)
	require.Equal(t, map[string]int{
		"locate": 1, "await": 1, "encode": 1, "upload-folder": 1, "upload-youtube": 2, "upload-rumble": 2,
	}, b.attempts)
	require.Equal(t, []string{"youtube"}, b.records[4].Retry)
	require.Equal(t, []string{"rumble"}, b.records[6].Retry)
	require.Equal(t, []string{"rumble"}, b.failedDestinations[len(b.failedDestinations)-2])
	require.Nil(t, b.failedDestinations[len(b.failedDestinations)-1])
}

func TestRetriesOfSeveralDestinationsAtOnceAreAllHeard(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"folder": forbidden(2), "youtube": forbidden(2), "rumble": forbidden(9)})
	b.at(time.Hour, func() {
		b.env.SignalWorkflow(control.SignalRetry, control.RetryInput{Destination: "folder"})
		b.env.SignalWorkflow(control.SignalRetry, control.RetryInput{Destination: "youtube"})
	})
	b.at(2*time.Hour, func() {
		require.Equal(t, map[string]clip.UploadState{
			"folder": clip.UploadPublished, "youtube": clip.UploadPublished, "rumble": clip.UploadBroken,
		}, b.uploads())
		require.Equal(t, 1, b.attempts["upload-rumble"])
		b.env.SignalWorkflow(control.SignalAbandon, nil)
	})
	b.run()
	require.Equal(t, clip.Failed, b.result().State)
}

func TestARetryOfAllRetriesWhatFailedAndNothingElse(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"youtube": forbidden(2), "rumble": forbidden(2)})
	b.at(time.Hour, func() { b.env.SignalWorkflow(control.SignalRetry, nil) })
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Equal(t, 1, b.attempts["upload-folder"])
	require.Equal(t, 2, b.attempts["upload-youtube"])
	require.Equal(t, 2, b.attempts["upload-rumble"])
}

func TestADestinationIsRetriedWithoutWaitingForTheOthers(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"youtube": noQuota(), "rumble": forbidden(2)})
	answers := newAnswers(t)
	b.at(time.Hour, func() { b.update(answers, control.RetryInput{Destination: "rumble"}) })
	b.at(2*time.Hour, func() {
		require.Equal(t, map[string]clip.UploadState{
			"folder": clip.UploadPublished, "youtube": clip.UploadDeferred, "rumble": clip.UploadPublished,
		}, b.uploads())
		require.Equal(t, [][]string{{"rumble"}, nil}, b.failedDestinations)
	})
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Equal(t, []control.RetryResult{{ClipID: "ab12cd", State: clip.Uploading, Round: 2, Destinations: []string{"rumble"}}}, answers.results)
	require.Equal(t, []string{"rumble failed", "rumble waiting"}, b.notes)
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Published}, b.states(), "the clip never failed")
	require.GreaterOrEqual(t, b.env.Now().Sub(benchStart), 9*time.Hour)
}

func TestARetryEndsTheWaitForAQuota(t *testing.T) {
	t.Parallel()
	for name, retry := range map[string]func(*clipBench, *answers){
		"by signal": func(b *clipBench, _ *answers) { b.env.SignalWorkflow(control.SignalRetry, nil) },
		"by update": func(b *clipBench, a *answers) { b.update(a, control.RetryInput{Destination: "folder"}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newClipBench(t)
			first := noQuota()
			var insisted []bool
			b.upload = func(in task.UploadInput) (task.UploadResult, error) {
				insisted = append(insisted, in.Insisted)
				return first(in)
			}
			answers := newAnswers(t)
			b.at(time.Hour, func() {
				require.Equal(t, benchStart.Add(9*time.Hour), b.query().HeldUntil.UTC())
				retry(b, answers)
			})
			b.run()
			require.Equal(t, clip.Published, b.result().State)
			require.Equal(t, 1, b.result().Round, "it is the same round")
			require.Equal(t, []bool{false, true}, insisted, "the destination learns that a person asks")
			require.InDelta(t, time.Hour, b.env.Now().Sub(benchStart), float64(time.Minute))
			for _, answer := range answers.results {
				require.Equal(t, control.RetryResult{ClipID: "ab12cd", State: clip.Uploading, Round: 1, Destinations: []string{"folder"}}, answer)
			}
		})
	}
}

func TestADestinationThatStillHasNoQuotaWaitsOn(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.upload = func(task.UploadInput) (task.UploadResult, error) {
		if until := benchStart.Add(9 * time.Hour); b.env.Now().Before(until) {
			return task.UploadResult{DeferredUntil: until, Reason: "quota exhausted"}, nil
		}
		return published, nil
	}
	b.at(time.Hour, func() { b.env.SignalWorkflow(control.SignalRetry, nil) })
	b.at(2*time.Hour, func() { require.Equal(t, clip.UploadDeferred, b.uploads()["folder"]) })
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Equal(t, 3, b.attempts["upload-folder"])
}

func TestARetryEndsAPublishDelay(t *testing.T) {
	t.Parallel()
	b := several(t, nil)
	b.in.Options.PublishDelay = time.Hour
	answers := newAnswers(t)
	b.at(time.Minute, func() { b.update(answers, control.RetryInput{}) })
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Less(t, b.env.Now().Sub(benchStart), 10*time.Minute)
	require.Equal(t, []string{"folder", "youtube", "rumble"}, answers.results[0].Destinations)
	require.Equal(t, clip.Uploading, answers.results[0].State)
}

func TestAClipThatIgnoredARetryWhileItWaitedGoesOnDoingSo(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.upload = noQuota()
	b.env.OnGetVersion("retry-ends-waits", workflow.DefaultVersion, workflow.Version(1)).Return(workflow.DefaultVersion)
	b.at(time.Hour, func() { b.env.SignalWorkflow(control.SignalRetry, nil) })
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.GreaterOrEqual(t, b.env.Now().Sub(benchStart), 9*time.Hour)
}

func TestARejectedRetrySaysWhatCanBeDone(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"youtube": noQuota(), "rumble": forbidden(9)})
	early, late := newAnswers(t), newAnswers(t)
	b.at(time.Hour, func() {
		b.env.UpdateWorkflow(control.UpdateRetry, "1", early, control.RetryInput{Destination: "folder"})
		b.env.UpdateWorkflow(control.UpdateRetry, "2", early, control.RetryInput{Destination: "kick"})
	})
	b.at(10*time.Hour, func() {
		b.env.UpdateWorkflow(control.UpdateRetry, "3", late, control.RetryInput{Destination: "youtube"})
		b.env.SignalWorkflow(control.SignalAbandon, nil)
	})
	b.run()
	require.Len(t, early.rejections, 2)
	require.EqualError(t, early.rejections[0],
		"clip ab12cd has nothing to retry at folder (folder: published, youtube: deferred, rumble: failed)")
	require.EqualError(t, early.rejections[1], "clip ab12cd goes to folder, youtube and rumble, not to kick")
	require.Len(t, late.rejections, 1)
	require.EqualError(t, late.rejections[0], "clip ab12cd is published at youtube; it failed at rumble")
}

func TestAnUploadThatIsTriedAgainByItselfIsNotRetriedButReset(t *testing.T) {
	t.Parallel()
	b := newClipBench(t)
	b.in.Options = control.ClipOptions{UploadBackoff: time.Hour, UploadAttempts: 2}
	b.upload = func(task.UploadInput) (task.UploadResult, error) {
		if b.attempts["upload-folder"] == 1 {
			return task.UploadResult{}, &clip.Failure{Code: clip.UploadFailed, Message: "Not reachable."}
		}
		return published, nil
	}
	answers := newAnswers(t)
	b.at(time.Minute, func() { b.update(answers, control.RetryInput{}) })
	b.run()
	require.Len(t, answers.rejections, 1)
	require.ErrorContains(t, answers.rejections[0], "`temporal activity reset -w clip:ab12cd -a upload-folder`")
	require.Equal(t, clip.Published, b.result().State)
}

func TestAnAbandonedClipStaysWhereItIsPublished(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"youtube": noQuota(), "rumble": forbidden(9)})
	b.at(time.Hour, func() { b.env.SignalWorkflow(control.SignalAbandon, control.AbandonInput{By: "ana"}) })
	b.run()
	view := b.result()
	require.Equal(t, clip.Failed, view.State)
	require.Equal(t, clip.Withdrawn, view.Code)
	require.Equal(t, []control.UploadView{
		{Destination: "folder", State: clip.UploadPublished, Round: 1, URL: "http://folder/ab12cd"},
		{Destination: "youtube", State: clip.UploadBroken, Round: 1, Code: clip.Withdrawn, Reason: "Taken back by ana."},
		{Destination: "rumble", State: clip.UploadBroken, Round: 1, Code: clip.UploadFailed, Reason: "Forbidden."},
	}, view.Uploads)
	require.InDelta(t, time.Hour, b.env.Now().Sub(benchStart), float64(time.Minute))
}

func TestAClipIsCancelledAtAllItsDestinations(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"youtube": noQuota(), "rumble": noQuota()})
	b.at(time.Hour, b.env.CancelWorkflow)
	b.run()
	require.True(t, temporal.IsCanceledError(b.env.GetWorkflowError()))
	require.Equal(t, []clip.State{clip.Encoding, clip.Encoded, clip.Uploading, clip.Failed}, b.states())
	require.Equal(t, clip.Withdrawn, b.records[3].Code)
}

func TestAnUploadThatCannotBeNotedIsNotedByAnOrdinaryActivity(t *testing.T) {
	t.Parallel()
	b := several(t, uploads{"youtube": noQuota(), "rumble": forbidden(9)})
	calls := 0
	b.remark = func(task.NoteInput) error {
		if calls++; calls <= 3 {
			return &clip.Failure{Code: clip.Internal, Message: "the database is away"}
		}
		return nil
	}
	b.at(time.Hour, func() {
		require.Equal(t, clip.UploadBroken, b.uploads()["rumble"])
		b.env.SignalWorkflow(control.SignalAbandon, nil)
	})
	b.run()
	require.Equal(t, 2, b.attempts["note-rumble"], "two local attempts, then ordinary ones")
	require.Equal(t, []string{"rumble failed"}, b.notes)
}

func TestAClipWithoutAFileIsRetriedForAllItsDestinations(t *testing.T) {
	t.Parallel()
	b := several(t, nil)
	tries := 0
	b.await = func(task.AwaitInput) error {
		if tries++; tries == 1 {
			return &clip.Failure{Code: clip.CaptureGap, Message: "The stream broke off.", Final: true}
		}
		return nil
	}
	answers := newAnswers(t)
	b.at(time.Hour, func() { b.update(answers, control.RetryInput{Destination: "youtube"}) })
	b.run()
	require.Equal(t, clip.Published, b.result().State)
	require.Equal(t, []string{"folder", "youtube", "rumble"}, answers.results[0].Destinations)
	require.Empty(t, b.failedDestinations)
}
