package activities_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestAShardThatEndsByItselfIsTriedAgain(t *testing.T) {
	t.Parallel()
	a := &activities.Ingest{Host: shardRunner(func(context.Context, int, func(any)) error { return nil })}
	env, _ := newEnv(task.Ingest, a.Run)
	_, err := execute(t, env, task.Ingest, task.IngestInput{Shard: 3})
	requireFailure(t, err, clip.Internal, false)
}

func TestAWorkerThatStopsHandsItsShardOver(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	a := &activities.Ingest{Host: shardRunner(func(ctx context.Context, shard int, heartbeat func(any)) error {
		require.Equal(t, 3, shard)
		heartbeat("well")
		close(started)
		<-ctx.Done()
		return nil // a shard that was told to end did as it was told
	})}
	env, stop := newEnv(task.Ingest, a.Run)
	go func() { <-started; close(stop) }()
	_, err := execute(t, env, task.Ingest, task.IngestInput{Shard: 3})
	requireHandedOver(t, err)
}

func TestARecordingSavesAndTellsWhereItStands(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t)
	b.play = func(_ context.Context, cfg media.RecorderConfig) error {
		cfg.OnProgress(media.Progress{State: media.StateConnecting})
		address, err := cfg.Resolve(context.Background())
		require.NoError(t, err)
		require.Equal(t, "https://origin/live.m3u8?token=secret", address)
		held, err := cfg.Held(context.Background())
		require.NoError(t, err)
		require.Equal(t, []media.Span{span}, held)
		cfg.OnProgress(media.Progress{State: media.StateRecording, Segments: 30, Newest: now})
		return nil
	}
	result, err := b.run()
	require.NoError(t, err)
	require.Equal(t, int64(30), result.Segments)
	require.Equal(t, filepath.Join(b.dir, "capture", "c1", "twitch-s1"), b.config.Dir)
	first, last := b.saved[0], b.saved[len(b.saved)-1]
	require.Equal(t, "connecting", first.State)
	require.True(t, first.EndedAt.IsZero())
	require.Equal(t, "ended", last.State)
	require.Equal(t, int64(30), last.Segments)
	require.Equal(t, now, last.EndedAt)
	require.Equal(t, "capture/c1/twitch-s1", last.Dir)
	require.Equal(t, "h1", last.Host)
}

func TestARecordingGoesOnWithoutADatabase(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t)
	b.saveErr = errors.New("connection refused")
	b.play = func(context.Context, media.RecorderConfig) error { return nil }
	_, err := b.run()
	require.NoError(t, err)
}

func TestAStreamWithoutASourceIsAskedForRarely(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t)
	b.sourceErr = activities.ErrNoSource
	_, err := b.run()
	requireFailure(t, err, clip.NoCapture, false)
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, 30*time.Second, application.NextRetryDelay())
	require.Equal(t, "failed", b.saved[0].State)
}

func TestARecordingThatNeedsMendingIsTriedAgainRarely(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t)
	b.play = func(context.Context, media.RecorderConfig) error {
		return &clip.Failure{Code: clip.NoFFmpeg, Message: "FFmpeg is not installed.", Final: true}
	}
	_, err := b.run()
	requireFailure(t, err, clip.NoFFmpeg, false)
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, 30*time.Second, application.NextRetryDelay())
}

func TestAWorkerThatStopsHandsItsRecordingOver(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t)
	started := make(chan struct{})
	b.play = func(ctx context.Context, cfg media.RecorderConfig) error {
		cfg.OnProgress(media.Progress{State: media.StateConnecting})
		close(started)
		<-ctx.Done()
		return context.Cause(ctx)
	}
	b.stopWhen = started
	_, err := b.run()
	requireHandedOver(t, err)
	require.Equal(t, "ended", b.saved[len(b.saved)-1].State, "nobody records any more, and that is written")
}

// The recorder of another process of this host may stand still with the folder in
// its hands; the row is that one's.
func TestAFolderThatAnotherRecorderHoldsIsAskedForAgainAndItsRowLeftAlone(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t)
	b.play = func(context.Context, media.RecorderConfig) error {
		return fmt.Errorf("record: %w", &durable.LockedError{Path: "lock", PID: 7})
	}
	_, err := b.run()
	requireFailure(t, err, clip.Internal, false)
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, 5*time.Second, application.NextRetryDelay())
	require.Empty(t, b.saved)
}

func TestAnAddressInARecordersErrorLosesItsSecrets(t *testing.T) {
	t.Parallel()
	b := newCaptureBench(t)
	b.play = func(_ context.Context, cfg media.RecorderConfig) error {
		cfg.OnProgress(media.Progress{State: media.StateStalled, Err: "GET https://origin/live.m3u8?token=secret: 403"})
		return errors.New("open rtmp://origin/app/streamkey-secret: refused")
	}
	_, err := b.run()
	failure := requireFailure(t, err, clip.Internal, false)
	require.NotContains(t, failure.Error(), "secret")
	require.NotContains(t, b.saved[len(b.saved)-1].Error, "secret")
}

func TestHousekeepingForgetsWhatIsOlderThanItsTime(t *testing.T) {
	t.Parallel()
	attic := &attic{}
	a := &activities.Housekeeping{Store: attic, Keep: activities.DefaultKeep}
	env, _ := newEnv(task.Retain, a.Retain)
	result, err := execute(t, env, task.Retain, task.RetainInput{Now: now})
	require.NoError(t, err)
	require.Equal(t, task.RetainResult{ChatPartitions: 1, Queues: 2, Events: 3, Captures: 4}, result)
	require.Equal(t, now.Add(-30*24*time.Hour), attic.before["chat"].UTC())
	require.Equal(t, now.Add(-7*24*time.Hour), attic.before["queues"].UTC())
	require.Equal(t, now, attic.before["partitions"].UTC())
	require.Equal(t, now.Add(-400*24*time.Hour), attic.before["quotas"].UTC(), "a year of quotas can be looked back at")
	require.Equal(t, now.Add(-400*24*time.Hour), attic.before["points"].UTC())
	require.Equal(t, now.Add(-400*24*time.Hour), attic.before["boards"].UTC())
	require.Equal(t, attic.before["boards"], attic.before["counters"])
}

func TestTheQuotaDayIsThatOfThePlatformsOwnZone(t *testing.T) {
	t.Parallel()
	attic := &attic{}
	a := &activities.Housekeeping{Store: attic, Keep: activities.DefaultKeep}
	env, _ := newEnv(task.Reset, a.Reset)
	result, err := execute(t, env, task.Reset, task.ResetInput{Now: time.Date(2026, 11, 22, 7, 59, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.Equal(t, task.ResetResult{Day: "2026-11-21", Grants: 5, Reservations: 8}, result)
	require.Equal(t, time.Date(2026, 11, 22, 7, 59, 0, 0, time.UTC), attic.before["day"].UTC())
}

type shardRunner func(ctx context.Context, shard int, heartbeat func(any)) error

func (f shardRunner) RunShard(ctx context.Context, shard int, heartbeat func(any)) error {
	return f(ctx, shard, heartbeat)
}

// captureBench runs one attempt at recording a stream.
type captureBench struct {
	t         *testing.T
	dir       string
	play      func(ctx context.Context, cfg media.RecorderConfig) error
	sourceErr error
	saveErr   error
	stopWhen  <-chan struct{}
	config    media.RecorderConfig

	mu    sync.Mutex
	saved []store.Capture
}

func newCaptureBench(t *testing.T) *captureBench {
	t.Helper()
	return &captureBench{t: t, dir: t.TempDir()}
}

func (b *captureBench) run() (task.CaptureResult, error) {
	b.t.Helper()
	a := &activities.Capture{
		StateDir: b.dir, Host: "h1", Window: time.Minute, Sources: b, Store: b, Clock: clock, Log: zerolog.Nop(),
		NewRecorder: func(cfg media.RecorderConfig) (activities.Recorder, error) {
			b.config = cfg
			return recorder(func(ctx context.Context) error { return b.play(ctx, cfg) }), nil
		},
	}
	env, stop := newEnv(task.Capture, a.Run)
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		var progress task.CaptureProgress
		require.NoError(b.t, details.Get(&progress))
	})
	if b.stopWhen != nil {
		go func() { <-b.stopWhen; close(stop) }()
	}
	return execute(b.t, env, task.Capture, task.CaptureInput{
		Stream: control.Stream{CreatorID: "c1", Platform: "twitch", StreamID: "s1", Channel: "cee"},
	})
}

func (b *captureBench) Source(context.Context, control.Stream) (func(context.Context) (string, error), error) {
	return func(context.Context) (string, error) { return "https://origin/live.m3u8?token=secret", nil }, b.sourceErr
}

func (b *captureBench) SaveCapture(_ context.Context, c store.Capture) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.saved = append(b.saved, c)
	return b.saveErr
}

func (b *captureBench) PendingSpans(context.Context, string) ([]store.Span, error) {
	return []store.Span{{ClipID: "ab12cd", Start: span.Start, End: span.End}}, nil
}

type recorder func(context.Context) error

func (r recorder) Run(ctx context.Context) error { return r(ctx) }

// attic notes what it was told to forget.
type attic struct{ before map[string]time.Time }

func (a *attic) note(what string, at time.Time) {
	if a.before == nil {
		a.before = make(map[string]time.Time)
	}
	a.before[what] = at
}

func (a *attic) EnsurePartitions(_ context.Context, at time.Time) error {
	a.note("partitions", at)
	return nil
}

func (a *attic) PruneChat(_ context.Context, at time.Time) (int, error) {
	a.note("chat", at)
	return 1, nil
}

func (a *attic) PruneOutbox(_ context.Context, at time.Time) (int64, error) {
	a.note("queues", at)
	return 2, nil
}

func (a *attic) PruneRuntimeEvents(context.Context, time.Time) (int64, error) { return 3, nil }

func (a *attic) PruneCaptures(context.Context, time.Time) (int64, error) { return 4, nil }

func (a *attic) PruneBudgets(context.Context, time.Time) (int64, error) { return 5, nil }

func (a *attic) PrunePoints(_ context.Context, at time.Time) (int64, error) {
	a.before["points"] = at
	return 0, nil
}

func (a *attic) PruneCounters(_ context.Context, at time.Time) (int64, error) {
	a.before["counters"] = at
	return 0, nil
}

func (a *attic) PruneBoards(_ context.Context, at time.Time) (int64, error) {
	a.before["boards"] = at
	return 0, nil
}

func (a *attic) PruneQuotas(_ context.Context, at time.Time) (int64, error) {
	a.note("quotas", at)
	return 7, nil
}

func (a *attic) BeginQuotaDay(_ context.Context, at time.Time) (int64, error) {
	a.note("day", at)
	return 8, nil
}

func (a *attic) PruneCooldowns(context.Context, time.Time) (int64, error) { return 6, nil }
