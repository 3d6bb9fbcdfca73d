package workers

import (
	"bytes"
	"context"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/temporallog"
)

func TestAPanicBecomesAnErrorThatIsTriedAgain(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(temporallog.New(zerolog.New(&log)))
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&guard{}}, DisableRegistrationAliasing: true})
	task.Register(env, task.Encode, func(ctx context.Context, _ task.EncodeInput) (task.EncodeResult, error) {
		activity.GetLogger(ctx).Info("about to")
		panic("index out of range")
	})
	_, err := env.ExecuteActivity(task.Encode.Name, task.EncodeInput{})
	failure := task.FailureOf(err)
	require.Equal(t, clip.Internal, failure.Code)
	require.False(t, failure.Final)
	require.EqualError(t, failure.Err, "panic: index out of range")
	require.Contains(t, log.String(), "activity panicked")
	require.Contains(t, log.String(), "guard_test.go", "the stack is in the log")
	require.NotContains(t, err.Error(), "goroutine", "and not in the history")
}

func TestALineSaysWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][]any{
		"clip:ab12cd":      {"clip", "ab12cd"},
		"session:c1":       {"creator", "c1"},
		"capture:c1:s:1":   {"creator", "c1", "stream", "s:1"},
		"ingest:7":         {"shard", "7"},
		"supervisor":       nil,
		"snapshot-export-": nil,
	} {
		require.Equal(t, want, subject(id), id)
	}
}
