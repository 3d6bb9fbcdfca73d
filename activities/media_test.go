package activities_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/media"
)

var span = media.Span{Start: now.Add(-30 * time.Second), End: now}

func TestAClipWaitsUntilTheRecordingCoversItsSpan(t *testing.T) {
	t.Parallel()
	looks := 0
	index := func(dir string, s media.Span) (media.Coverage, error) {
		require.Equal(t, filepath.Join(filepath.FromSlash("/state"), "capture", "c1", "s1"), dir)
		require.Equal(t, span, s)
		switch looks++; looks {
		case 1:
			return media.Coverage{}, fs.ErrNotExist
		case 2:
			return media.Coverage{Covered: 29 * time.Second}, nil
		default:
			return media.Coverage{Covered: 30 * time.Second, Done: true}, nil
		}
	}
	result, err := await(t, index, now, "capture/c1/s1")
	require.NoError(t, err)
	require.Equal(t, 30*time.Second, result.Covered)
	require.Equal(t, 3, looks)
}

func TestPatienceEndsTheWaitForARecordingThatStalled(t *testing.T) {
	t.Parallel()
	gap := clip.Gap{Start: span.End.Add(-10 * time.Second), End: span.End, Reason: media.GapStall}
	index := func(string, media.Span) (media.Coverage, error) {
		return media.Coverage{
			Segments: []media.Segment{{Seq: 1, Start: span.Start, Duration: 20 * time.Second}}, Covered: 20 * time.Second,
			Gaps: []clip.Gap{gap}, Oldest: span.Start, Newest: gap.Start,
		}, nil
	}
	_, err := await(t, index, now.Add(time.Minute), "capture/c1/s1")
	requireFailure(t, err, clip.CaptureGap, true)
}

func TestNothingRecordedWithinThePatienceIsNoCapture(t *testing.T) {
	t.Parallel()
	index := func(string, media.Span) (media.Coverage, error) { return media.Coverage{}, fs.ErrNotExist }
	_, err := await(t, index, now.Add(time.Minute), "capture/c1/s1")
	requireFailure(t, err, clip.NoCapture, true)
}

func TestAPathThatLeadsOutOfTheStateDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	index := func(string, media.Span) (media.Coverage, error) { return media.Coverage{Done: true}, nil }
	_, err := await(t, index, now, "../other/capture")
	requireFailure(t, err, clip.Internal, true)
}

func TestAnEncodeReturnsPathsBelowTheStateDirectory(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	cutter := cut(func(_ context.Context, r media.CutRequest) (media.CutResult, error) {
		require.Equal(t, filepath.Join(state, "clips", "output", "ab12cd.mp4"), r.Output)
		require.Equal(t, span, r.Span)
		r.OnProgress(media.CutProgress{Frame: 900, Fraction: 1})
		return media.CutResult{
			Path: r.Output, Thumbnail: filepath.Join(state, "clips", "output", "ab12cd.jpg"), Duration: 30 * time.Second,
			Bytes: 9, SHA256: "ff", Gaps: make([]clip.Gap, 80),
		}, nil
	})
	result, err := encode(t, state, cutter)
	require.NoError(t, err)
	require.Equal(t, "clips/output/ab12cd.mp4", result.Path)
	require.Equal(t, "clips/output/ab12cd.jpg", result.Thumbnail)
	require.Len(t, result.Gaps, 50, "a history stays small")
}

func TestWhatTheCutterCallsFinalIsFinal(t *testing.T) {
	t.Parallel()
	for _, final := range []bool{true, false} {
		cutter := cut(func(context.Context, media.CutRequest) (media.CutResult, error) {
			return media.CutResult{}, &clip.Failure{Code: clip.CorruptMedia, Message: "cannot be decoded", Final: final}
		})
		_, err := encode(t, t.TempDir(), cutter)
		failure := requireFailure(t, err, clip.CorruptMedia, final)
		require.Equal(t, "cannot be decoded", failure.Message)
	}
}

func TestAWorkerThatStopsHandsItsEncodeOver(t *testing.T) {
	t.Parallel()
	stopping := make(chan struct{})
	cutter := cut(func(ctx context.Context, _ media.CutRequest) (media.CutResult, error) {
		close(stopping)
		<-ctx.Done()
		return media.CutResult{}, context.Cause(ctx)
	})
	m := activities.NewMedia(t.TempDir(), cutter, nil, clock, 1)
	env, stop := newEnv(task.Encode, m.Encode)
	go func() { <-stopping; close(stop) }()
	_, err := execute(t, env, task.Encode, encodeInput())
	requireHandedOver(t, err)
}

func TestAnEncodeThatMakesNoProgressIsEnded(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	cutter := cut(func(ctx context.Context, r media.CutRequest) (media.CutResult, error) {
		r.OnProgress(media.CutProgress{Frame: 1, Fraction: 0.1})
		ahead.Store(int64(3 * time.Minute))
		<-ctx.Done()
		return media.CutResult{}, context.Cause(ctx)
	})
	later := func() time.Time { return now.Add(time.Duration(ahead.Load())) }
	m := activities.NewMedia(t.TempDir(), cutter, nil, later, 1)
	env, _ := newEnv(task.Encode, m.Encode)
	_, err := execute(t, env, task.Encode, encodeInput())
	failure := requireFailure(t, err, clip.EncodeFailed, false)
	require.Equal(t, "Encoding got stuck.", failure.Message)
}

func TestNoMoreEncodesRunThanThereAreEncoders(t *testing.T) {
	t.Parallel()
	var running, most, waiting atomic.Int64
	release := make(chan struct{})
	started := make(chan struct{}, 8)
	cutter := cut(func(_ context.Context, r media.CutRequest) (media.CutResult, error) {
		most.Store(max(most.Load(), running.Add(1)))
		started <- struct{}{}
		<-release
		running.Add(-1)
		return media.CutResult{Path: r.Output}, nil
	})
	m := activities.NewMedia(t.TempDir(), cutter, nil, clock, 2)
	done := make(chan error, 6)
	for range 6 {
		go func() {
			env, _ := newEnv(task.Encode, m.Encode)
			waiting.Add(1)
			_, err := env.ExecuteActivity(task.Encode.Name, encodeInput())
			done <- err
		}()
	}
	<-started
	<-started
	close(release)
	for range 6 {
		require.NoError(t, <-done)
	}
	require.LessOrEqual(t, most.Load(), int64(2))
}

// A task may reach its worker when it is somebody else's already: the first
// heartbeat tells, and ends the attempt.
func TestAnEncodeThatIsLostBeforeItBeginsTouchesNothing(t *testing.T) {
	t.Parallel()
	cutter := cut(func(context.Context, media.CutRequest) (media.CutResult, error) {
		require.Fail(t, "the clip is somebody else's")
		return media.CutResult{}, nil
	})
	m := activities.NewMedia(t.TempDir(), cutter, nil, clock, 1)
	env, _ := newEnv(task.Encode, func(ctx context.Context, in task.EncodeInput) (task.EncodeResult, error) {
		ctx, lose := context.WithCancelCause(ctx)
		lose(serviceerror.NewNotFound("the attempt has timed out"))
		return m.Encode(ctx, in)
	})
	_, err := execute(t, env, task.Encode, encodeInput())
	requireHandedOver(t, err)
}

func TestAnEncodeThatIsCancelledIsCancelled(t *testing.T) {
	t.Parallel()
	cutter := cut(func(ctx context.Context, _ media.CutRequest) (media.CutResult, error) {
		<-ctx.Done()
		return media.CutResult{}, context.Cause(ctx)
	})
	m := activities.NewMedia(t.TempDir(), cutter, nil, clock, 1)
	ctx, cancel := context.WithCancel(context.Background())
	env, _ := newEnv(task.Encode, func(activityCtx context.Context, in task.EncodeInput) (task.EncodeResult, error) {
		merged, end := context.WithCancel(activityCtx)
		context.AfterFunc(ctx, end)
		cancel()
		return m.Encode(merged, in)
	})
	_, err := execute(t, env, task.Encode, encodeInput())
	require.True(t, temporal.IsCanceledError(err), "%v", err)
}

func await(t *testing.T, index activities.Index, at time.Time, dir string) (task.AwaitResult, error) {
	t.Helper()
	m := activities.NewMedia(filepath.FromSlash("/state"), nil, index, func() time.Time { return at }, 0)
	env, _ := newEnv(task.Await, m.Await)
	return execute(t, env, task.Await, task.AwaitInput{
		ClipID: "ab12cd", Dir: dir, Start: span.Start, End: span.End, Patience: 10 * time.Second,
	})
}

func encode(t *testing.T, state string, cutter activities.Cutter) (task.EncodeResult, error) {
	t.Helper()
	m := activities.NewMedia(state, cutter, nil, clock, 0)
	env, _ := newEnv(task.Encode, m.Encode)
	return execute(t, env, task.Encode, encodeInput())
}

func encodeInput() task.EncodeInput {
	return task.EncodeInput{ClipID: "ab12cd", Dir: "capture/c1/s1", Start: span.Start, End: span.End}
}

func clock() time.Time { return now }

type cut func(context.Context, media.CutRequest) (media.CutResult, error)

func (c cut) Cut(ctx context.Context, r media.CutRequest) (media.CutResult, error) { return c(ctx, r) }
