package activities_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// newEnv returns an environment with one activity as the workers register it.
// stop is the worker's stop channel.
func newEnv[In, Out any](a task.Activity[In, Out], fn func(context.Context, In) (Out, error)) (env *testsuite.TestActivityEnvironment, stop chan struct{}) {
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env = suite.NewTestActivityEnvironment()
	stop = make(chan struct{})
	env.SetWorkerOptions(worker.Options{DisableRegistrationAliasing: true})
	env.SetWorkerStopChannel(stop)
	task.Register(env, a, fn)
	return env, stop
}

func execute[In, Out any](t *testing.T, env *testsuite.TestActivityEnvironment, a task.Activity[In, Out], in In) (out Out, err error) {
	t.Helper()
	value, err := env.ExecuteActivity(a.Name, in)
	if err != nil {
		return out, err
	}
	require.NoError(t, value.Get(&out))
	return out, nil
}

// requireFailure checks what a workflow makes of an activity's error.
func requireFailure(t *testing.T, err error, code clip.Code, final bool) *clip.Failure {
	t.Helper()
	require.Error(t, err)
	failure := task.FailureOf(err)
	require.Equal(t, code, failure.Code, failure)
	require.Equal(t, final, failure.Final, failure)
	return failure
}

// requireHandedOver checks that an attempt ended so that another can go on.
func requireHandedOver(t *testing.T, err error) {
	t.Helper()
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, "handed_over", application.Type())
	require.False(t, application.NonRetryable())
}
