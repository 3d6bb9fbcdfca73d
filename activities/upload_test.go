package activities_test

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
)

func TestAnUploadReturnsWhereTheClipCanBeSeen(t *testing.T) {
	t.Parallel()
	result, err := upload(t, func(_ context.Context, item destination.Item, progress func(int64)) (destination.Published, error) {
		require.Equal(t, filepath.Join(filepath.FromSlash("/state"), "clips", "output", "ab12cd.mp4"), item.Path)
		require.Equal(t, "ab12cd", item.ClipID)
		progress(9)
		return destination.Published{URL: "http://host/ab12cd", Ref: "r"}, nil
	})
	require.NoError(t, err)
	require.Equal(t, task.UploadResult{URL: "http://host/ab12cd", Ref: "r"}, result)
}

func TestTheKindOfAnUploadsErrorDecidesWhatComesNext(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		err   error
		code  clip.Code
		final bool
		want  string
	}{
		"a refusal is final": {
			&destination.Error{Kind: destination.Final, Reason: "Forbidden."}, clip.UploadFailed, true, "Forbidden.",
		},
		"an outage is tried again": {
			&destination.Error{Kind: destination.Retry, Reason: "Not reachable."}, clip.UploadFailed, false, "Not reachable.",
		},
		"an unknown error is tried again": {
			errors.New("hm"), clip.UploadFailed, false, "The clip could not be published to folder.",
		},
		"a full disk is named": {
			&destination.Error{Kind: destination.Retry, Reason: "No space.", Err: syscall.ENOSPC}, clip.DiskFull, false, "No space.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := upload(t, func(context.Context, destination.Item, func(int64)) (destination.Published, error) {
				return destination.Published{}, of.err
			})
			failure := requireFailure(t, err, of.code, of.final)
			require.Equal(t, of.want, failure.Message)
		})
	}
}

func TestAnExhaustedQuotaIsNoErrorButATime(t *testing.T) {
	t.Parallel()
	until := now.Add(time.Hour)
	result, err := upload(t, func(context.Context, destination.Item, func(int64)) (destination.Published, error) {
		return destination.Published{}, &destination.Error{Kind: destination.Deferred, Reason: "quota exhausted", Until: until}
	})
	require.NoError(t, err)
	require.Equal(t, until, result.DeferredUntil.UTC())
	require.Equal(t, "quota exhausted", result.Reason)
}

func TestADestinationThatIsNotConfiguredIsAFinalFailure(t *testing.T) {
	t.Parallel()
	rows := &uploadTable{}
	a := &activities.Upload{StateDir: "/state", Store: rows}
	env, _ := newEnv(task.Upload, a.Upload)
	_, err := execute(t, env, task.Upload, task.UploadInput{Destination: "rumble", Path: "clips/output/ab12cd.mp4"})
	requireFailure(t, err, clip.UploadFailed, true)
	require.Equal(t, []clip.UploadState{clip.UploadBroken}, rows.states())
}

func TestAWorkerThatStopsHandsItsUploadOver(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	rows := &uploadTable{}
	a := &activities.Upload{StateDir: "/state", Store: rows, Destinations: map[string]destination.Destination{
		"folder": publish(func(ctx context.Context, _ destination.Item, _ func(int64)) (destination.Published, error) {
			close(started)
			<-ctx.Done()
			return destination.Published{}, ctx.Err()
		}),
	}}
	env, stop := newEnv(task.Upload, a.Upload)
	go func() { <-started; close(stop) }()
	_, err := execute(t, env, task.Upload, task.UploadInput{Destination: "folder", Path: "clips/output/ab12cd.mp4"})
	requireHandedOver(t, err)
	require.Equal(t, []clip.UploadState{clip.UploadRetrying}, rows.states())
}

func upload(t *testing.T, to publish) (task.UploadResult, error) {
	t.Helper()
	return uploadWith(t, &uploadTable{}, to)
}

func uploadWith(t *testing.T, rows *uploadTable, to publish) (task.UploadResult, error) {
	t.Helper()
	a := &activities.Upload{
		StateDir: filepath.FromSlash("/state"), Store: rows, Destinations: map[string]destination.Destination{"folder": to},
	}
	env, _ := newEnv(task.Upload, a.Upload)
	return execute(t, env, task.Upload, task.UploadInput{
		ClipID: "ab12cd", Destination: "folder", Path: "clips/output/ab12cd.mp4", Bytes: 9, Round: 1,
		Creator: "Cee", SourceTitle: "Live", Clipper: "Ana", RequestedAt: now,
	})
}

type publish func(context.Context, destination.Item, func(int64)) (destination.Published, error)

func (publish) Name() string { return "folder" }

func (p publish) Publish(ctx context.Context, item destination.Item, progress func(int64)) (destination.Published, error) {
	return p(ctx, item, progress)
}
