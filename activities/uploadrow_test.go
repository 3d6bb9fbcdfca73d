package activities_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/store"
)

// uploadTable is the table of uploads with one upload in it.
type uploadTable struct {
	row      clip.Upload // as it is found
	beginErr error
	saveErr  error
	wording  *store.Wording // nil: as it was asked for
	began    []time.Time
	saved    []clip.Upload
}

func (u *uploadTable) BeginUpload(_ context.Context, clipID, destination string, attempt time.Time) (clip.Upload, error) {
	u.began = append(u.began, attempt)
	row := u.row
	if row.State != clip.UploadPublished {
		row = clip.Upload{State: clip.UploadRunning}
	}
	row.ClipID, row.Destination, row.AttemptAt = clipID, destination, attempt
	return row, u.beginErr
}

func (u *uploadTable) ClipWording(context.Context, string) (store.Wording, error) {
	if u.wording == nil {
		return store.Wording{}, store.ErrNotFound
	}
	return *u.wording, nil
}

func (u *uploadTable) SaveUpload(ctx context.Context, row clip.Upload) error {
	u.saved = append(u.saved, row)
	return errors.Join(u.saveErr, ctx.Err())
}

func (u *uploadTable) states() (states []clip.UploadState) {
	for _, row := range u.saved {
		states = append(states, row.State)
	}
	return states
}

func nothingSent(t *testing.T) publish {
	return func(context.Context, destination.Item, func(int64)) (destination.Published, error) {
		require.Fail(t, "it was sent")
		return destination.Published{}, nil
	}
}

func TestAClipIsPublishedUnderTheWordsThatCountByThen(t *testing.T) {
	t.Parallel()
	rows := &uploadTable{wording: &store.Wording{Title: "Building - by Ana [ab12cd]", SourceTitle: "Building"}}
	_, err := uploadWith(t, rows, func(_ context.Context, item destination.Item, _ func(int64)) (destination.Published, error) {
		require.Equal(t, []string{"Building - by Ana [ab12cd]", "Building"}, []string{item.Title, item.SourceTitle})
		return destination.Published{URL: "http://host/ab12cd"}, nil
	})
	require.NoError(t, err)
}

func TestAnUploadIsOnRecordAsPublishedBeforeItReturns(t *testing.T) {
	t.Parallel()
	rows := &uploadTable{}
	_, err := uploadWith(t, rows, func(_ context.Context, item destination.Item, _ func(int64)) (destination.Published, error) {
		require.Len(t, rows.began, 1)
		require.Empty(t, rows.saved)
		require.Equal(t, "Cee", item.Creator)
		require.Equal(t, "Live", item.SourceTitle)
		require.Equal(t, "Ana", item.Clipper)
		require.Equal(t, now, item.RequestedAt)
		return destination.Published{URL: "http://host/ab12cd", Ref: "r"}, nil
	})
	require.NoError(t, err)
	require.Equal(t, []clip.Upload{{
		ClipID: "ab12cd", Destination: "folder", State: clip.UploadPublished, URL: "http://host/ab12cd", Ref: "r", AttemptAt: rows.began[0],
	}}, rows.saved)
	require.False(t, rows.began[0].IsZero(), "attempts are told apart by when they began")
}

func TestWhatIsOnRecordAsPublishedIsTheAnswer(t *testing.T) {
	t.Parallel()
	rows := &uploadTable{row: clip.Upload{State: clip.UploadPublished, URL: "https://y/1", Ref: "1"}}
	result, err := uploadWith(t, rows, nothingSent(t))
	require.NoError(t, err)
	require.Equal(t, task.UploadResult{URL: "https://y/1", Ref: "1"}, result)
	require.Empty(t, rows.saved)
}

func TestAnAttemptThatCannotClaimTheUploadSendsNothing(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		err   error
		final bool
	}{
		"another attempt has it":    {fmt.Errorf("begin: %w", store.ErrStaleAttempt), false},
		"the database does not say": {errors.New("connection refused"), false},
		"there is no such upload":   {fmt.Errorf("begin: %w", store.ErrNotFound), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := &uploadTable{beginErr: of.err}
			_, err := uploadWith(t, rows, nothingSent(t))
			requireFailure(t, err, clip.Internal, of.final)
			require.Empty(t, rows.saved)
		})
	}
}

func TestAPublicationThatCannotBeRecordedIsTriedAgain(t *testing.T) {
	t.Parallel()
	_, err := uploadWith(t, &uploadTable{saveErr: errors.New("connection refused")},
		func(context.Context, destination.Item, func(int64)) (destination.Published, error) {
			return destination.Published{URL: "u"}, nil
		})
	requireFailure(t, err, clip.Internal, false)
}

func TestTheRowSaysWhatBecameOfAnAttempt(t *testing.T) {
	t.Parallel()
	until := now.Add(time.Hour)
	for name, of := range map[string]struct {
		err  error
		want clip.Upload
	}{
		"a refusal ends it": {
			&destination.Error{Kind: destination.Final, Reason: "Forbidden."}, clip.Upload{State: clip.UploadBroken, Reason: "Forbidden."},
		},
		"an outage is tried again": {
			&destination.Error{Kind: destination.Retry, Reason: "Not reachable."},
			clip.Upload{State: clip.UploadRetrying, Reason: "Not reachable."},
		},
		"a quota has its time": {
			&destination.Error{Kind: destination.Deferred, Reason: "quota exhausted", Until: until},
			clip.Upload{State: clip.UploadDeferred, Reason: "quota exhausted", DeferredUntil: until},
		},
		"a quota without a time is an outage": {
			&destination.Error{Kind: destination.Deferred, Reason: "quota exhausted"},
			clip.Upload{State: clip.UploadRetrying, Reason: "quota exhausted"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := &uploadTable{}
			_, _ = uploadWith(t, rows, func(context.Context, destination.Item, func(int64)) (destination.Published, error) {
				return destination.Published{}, of.err
			})
			of.want.ClipID, of.want.Destination, of.want.AttemptAt = "ab12cd", "folder", rows.began[0]
			require.Equal(t, []clip.Upload{of.want}, rows.saved)
		})
	}
}

func TestADestinationSaysHowLongToWait(t *testing.T) {
	t.Parallel()
	_, err := upload(t, func(context.Context, destination.Item, func(int64)) (destination.Published, error) {
		return destination.Published{}, &destination.Error{Kind: destination.Retry, Reason: "Too fast.", After: 90 * time.Second}
	})
	failure := requireFailure(t, err, clip.UploadFailed, false)
	require.Equal(t, "Too fast.", failure.Message)
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, 90*time.Second, application.NextRetryDelay())
}
