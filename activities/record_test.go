package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestAChangeIsRecordedUnderTheNumberItAsksFor(t *testing.T) {
	t.Parallel()
	clips := &clipTable{state: clip.Encoding, seq: 1}
	result, err := record(t, clips, task.RecordInput{
		ClipID: "ab12cd", Seq: 2, State: clip.Encoded,
		File: &task.EncodeResult{Path: "clips/output/ab12cd.mp4", Bytes: 7, SHA256: "ff", Duration: time.Second},
	})
	require.NoError(t, err)
	require.Equal(t, 2, result.Seq)
	require.Equal(t, "clips/output/ab12cd.mp4", clips.made[0].Result.OutputPath)
	require.Equal(t, int64(7), clips.made[0].Result.Bytes)
}

func TestAChangeAfterAResetTakesTheWayThatTheStatesAllow(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		stands clip.State
		asked  task.RecordInput
		want   []clip.State
		seq    int
	}{
		"published after a failed round": {
			clip.Failed, task.RecordInput{Seq: 4, State: clip.Published, URL: "u"}, []clip.State{clip.Uploading, clip.Published}, 11,
		},
		"encoded again after a failed round": {
			clip.Failed, task.RecordInput{Seq: 2, State: clip.Encoded}, []clip.State{clip.Encoding, clip.Encoded}, 11,
		},
		"uploading again after a failed round": {
			clip.Failed, task.RecordInput{Seq: 3, State: clip.Uploading}, []clip.State{clip.Uploading}, 10,
		},
		"failed again": {clip.Failed, task.RecordInput{Seq: 4, State: clip.Failed}, nil, 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clips := &clipTable{state: of.stands, seq: 9}
			result, err := record(t, clips, of.asked)
			require.NoError(t, err)
			var made []clip.State
			for _, m := range clips.made {
				made = append(made, m.State)
			}
			require.Equal(t, of.want, made)
			require.Equal(t, of.seq, result.Seq)
		})
	}
}

func TestAPublishedClipCannotBecomeAnythingElse(t *testing.T) {
	t.Parallel()
	_, err := record(t, &clipTable{state: clip.Published, seq: 4}, task.RecordInput{Seq: 2, State: clip.Encoded})
	requireFailure(t, err, clip.Internal, true)
}

func TestAClipThatDoesNotExistCannotBeRecorded(t *testing.T) {
	t.Parallel()
	_, err := record(t, &clipTable{err: store.ErrNotFound}, task.RecordInput{Seq: 1, State: clip.Encoding})
	requireFailure(t, err, clip.Internal, true)
}

func TestADatabaseThatIsAwayIsAskedAgain(t *testing.T) {
	t.Parallel()
	_, err := record(t, &clipTable{err: errors.New("connection refused")}, task.RecordInput{Seq: 1, State: clip.Encoding})
	requireFailure(t, err, clip.Internal, false)
}

func TestARecordingIsFoundByTheEndOfTheSpanOrElseByItsStart(t *testing.T) {
	t.Parallel()
	start, end := now.Add(-30*time.Second), now
	for name, at := range map[string]time.Time{"by its end": end, "by its start": start} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			captures := captureTable{at: at, found: store.Capture{Host: "h1", StreamID: "s1", Dir: "capture/c1/s1"}}
			place, err := locate(t, captures, task.LocateInput{CreatorID: "c1", Start: start, End: end, Deadline: now})
			require.NoError(t, err)
			require.Equal(t, task.LocateResult{Host: "h1", StreamID: "s1", Dir: "capture/c1/s1"}, place)
		})
	}
}

func TestNoRecordingIsFinalOnlyWhenTheDeadlineHasPassed(t *testing.T) {
	t.Parallel()
	in := task.LocateInput{CreatorID: "c1", Start: now.Add(-time.Minute), End: now, Deadline: now.Add(time.Second)}
	_, err := locate(t, captureTable{}, in)
	requireFailure(t, err, clip.NoCapture, false)
	in.Deadline = now
	_, err = locate(t, captureTable{}, in)
	requireFailure(t, err, clip.NoCapture, true)
}

func TestARetryNamesTheDestinationsThatAreTriedAgain(t *testing.T) {
	t.Parallel()
	clips := &clipTable{state: clip.Failed, seq: 4}
	_, err := record(t, clips, task.RecordInput{Seq: 5, State: clip.Uploading, Retry: []string{"youtube"}})
	require.NoError(t, err)
	require.Equal(t, []string{"youtube"}, clips.made[0].Retry)
}

func TestANoteSaysWhereAnUploadStandsThatNothingAttempts(t *testing.T) {
	t.Parallel()
	in := task.NoteInput{ClipID: "ab12cd", Destination: "youtube", State: clip.UploadBroken, Reason: "Stopped answering.", At: now}
	note := func(clips *clipTable) error {
		env, _ := newEnv(task.Note, (&activities.ClipRecord{Store: clips}).Note)
		_, err := execute(t, env, task.Note, in)
		return err
	}
	clips := &clipTable{}
	require.NoError(t, note(clips))
	require.Equal(t, []clip.Upload{{
		ClipID: "ab12cd", Destination: "youtube", State: clip.UploadBroken, Reason: "Stopped answering.", AttemptAt: now,
	}}, clips.saved)
	requireFailure(t, note(&clipTable{err: store.ErrNotFound}), clip.Internal, true)
	requireFailure(t, note(&clipTable{err: errors.New("connection refused")}), clip.Internal, false)
}

func record(t *testing.T, clips *clipTable, in task.RecordInput) (task.RecordResult, error) {
	t.Helper()
	in.ClipID = "ab12cd"
	a := &activities.ClipRecord{Store: clips}
	env, _ := newEnv(task.Record, a.Record)
	return execute(t, env, task.Record, in)
}

func locate(t *testing.T, captures captureTable, in task.LocateInput) (task.LocateResult, error) {
	t.Helper()
	a := &activities.Locate{Store: captures, Clock: func() time.Time { return now }}
	env, _ := newEnv(task.Locate, a.Locate)
	return execute(t, env, task.Locate, in)
}

// clipTable is the table of clips with one clip in it.
type clipTable struct {
	state clip.State
	seq   int
	err   error
	made  []store.Transition
	saved []clip.Upload
}

func (c *clipTable) Clip(context.Context, string) (clip.Clip, error) {
	return clip.Clip{State: c.state, Seq: c.seq}, c.err
}

func (c *clipTable) Transition(_ context.Context, t store.Transition) (clip.Clip, error) {
	if c.err != nil {
		return clip.Clip{}, c.err
	}
	if t.Seq != c.seq+1 || !c.state.CanBecome(t.State) {
		return clip.Clip{}, &store.TransitionError{Asked: t, State: c.state, Seq: c.seq}
	}
	c.state, c.seq = t.State, t.Seq
	c.made = append(c.made, t)
	return clip.Clip{State: c.state, Seq: c.seq}, nil
}

func (c *clipTable) SaveUpload(_ context.Context, u clip.Upload) error {
	c.saved = append(c.saved, u)
	return c.err
}

// captureTable finds one capture at one instant.
type captureTable struct {
	at    time.Time
	found store.Capture
}

func (c captureTable) CaptureFor(_ context.Context, _ string, at time.Time) (store.Capture, error) {
	if c.found.Host == "" || !at.Equal(c.at) {
		return store.Capture{}, store.ErrNotFound
	}
	return c.found, nil
}
