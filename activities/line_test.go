package activities

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

func TestAServerThatCannotBeReachedEndsNoAttempt(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{
		serviceerror.NewUnavailable("connection refused"), serviceerror.NewDeadlineExceeded("late"),
		serviceerror.NewInternal("the database is starting up"), context.DeadlineExceeded,
		&serviceerror.ResourceExhausted{Message: "busy"},
	} {
		require.True(t, cutOff(t.Context(), cause), "%v", cause)
		require.False(t, ends(cause), "%v", cause)
	}
	require.False(t, ends(nil))
}

func TestWhatTheServerSaysEndsAnAttempt(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{
		serviceerror.NewNotFound("no such attempt"), temporal.NewCanceledError(), activity.ErrActivityPaused, activity.ErrActivityReset,
	} {
		require.False(t, cutOff(t.Context(), cause), "%v", cause)
		require.True(t, ends(cause), "%v", cause)
	}
	require.False(t, cutOff(t.Context(), context.Canceled))
	require.False(t, cutOff(t.Context(), errors.New("defect")))
	require.True(t, givenUp(serviceerror.NewNotFound("no such attempt")))
	require.False(t, givenUp(temporal.NewCanceledError()))
}

func TestAnAttemptWhoseTimeIsUpIsNotCutOff(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	require.False(t, cutOff(ctx, context.Cause(ctx)))
}

func TestHeartbeatsThatComeTooSoonAreKeptBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	rare := &line{every: 24 * time.Second}
	var passed []int
	for second := 0; second <= 60; second += 6 {
		if rare.take(second, now.Add(time.Duration(second)*time.Second)) {
			passed = append(passed, second)
		}
	}
	require.Equal(t, []int{0, 24, 48}, passed)
	require.Equal(t, 60, rare.latest, "what the server is asked with when it was away")
	rare.cut = true
	require.False(t, rare.take(90, now.Add(90*time.Second)), "the SDK's heartbeats have ended")

	often := &line{}
	require.True(t, often.take(1, now))
	require.True(t, often.take(2, now))
}
