package retry_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/platform/call"
	"github.com/streamsuites/streamsuites/internal/retry"
)

func TestAnErrorIsAskedThroughWhatWrapsIt(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("send: %w", &call.Error{Status: 503, Retry: true, RetryAfter: time.Minute})
	require.True(t, retry.Worth(err))
	require.True(t, retry.Uncertain(err))
	require.Equal(t, time.Minute, retry.In(err))
	refused := fmt.Errorf("send: %w", &call.Error{Status: 403})
	require.False(t, retry.Worth(refused))
	require.False(t, retry.Uncertain(refused))
	require.Zero(t, retry.In(refused))
}

func TestAnErrorThatSaysNothingPromisesNothing(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, errors.New("odd")} {
		require.False(t, retry.Worth(err))
		require.False(t, retry.Uncertain(err))
		require.Zero(t, retry.In(err))
	}
}
