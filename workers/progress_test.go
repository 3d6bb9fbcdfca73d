package workers_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/workers"
)

// told is a server that knows one workflow.
type told struct {
	pending []*workflowpb.PendingActivityInfo
	err     error
}

func (t told) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if id != "clip:ab12cd" {
		return nil, serviceerror.NewNotFound("no such workflow")
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{PendingActivities: t.pending}, t.err
}

func pending(t *testing.T, name string, attempt int32, details any) *workflowpb.PendingActivityInfo {
	t.Helper()
	p := &workflowpb.PendingActivityInfo{
		ActivityId: name, ActivityType: &commonpb.ActivityType{Name: name}, Attempt: attempt, MaximumAttempts: 8,
		State: enumspb.PENDING_ACTIVITY_STATE_STARTED,
	}
	if details != nil {
		payloads, err := converter.GetDefaultDataConverter().ToPayloads(details)
		require.NoError(t, err)
		p.HeartbeatDetails = payloads
	}
	return p
}

func TestProgressIsWhatTheHeartbeatsTell(t *testing.T) {
	t.Parallel()
	later := time.Date(2026, 2, 1, 12, 0, 10, 0, time.UTC)
	retried := pending(t, "upload", 3, task.UploadProgress{Sent: 1, Total: 4})
	retried.State, retried.ScheduledTime = enumspb.PENDING_ACTIVITY_STATE_SCHEDULED, timestamppb.New(later)
	for words, p := range map[string]*workflowpb.PendingActivityInfo{
		"encode: 42 %":                                pending(t, "encode", 1, task.EncodeProgress{Fraction: 0.425, Frame: 100}),
		"encode: waits for an encoder":                pending(t, "encode", 1, task.EncodeProgress{Waiting: true}),
		"encode: at work":                             pending(t, "encode", 1, nil),
		"upload: 3 of 8 bytes (37 %), attempt 2 of 8": pending(t, "upload", 2, task.UploadProgress{Sent: 3, Total: 8}),
		"upload: at work":                             pending(t, "upload", 1, "something else"),
		"upload: next attempt at 2026-02-01T12:00:10Z, attempt 3 of 8": retried,
	} {
		steps, err := workers.Steps(t.Context(), told{pending: []*workflowpb.PendingActivityInfo{p}}, "ab12cd")
		require.NoError(t, err)
		require.Len(t, steps, 1)
		require.Equal(t, words, steps[0].Words())
	}
}

func TestAClipThatTheServerHasForgottenHasNoSteps(t *testing.T) {
	t.Parallel()
	steps, err := workers.Steps(t.Context(), told{}, "zzzzzz")
	require.NoError(t, err)
	require.Empty(t, steps)
	_, err = workers.Steps(t.Context(), told{err: errors.New("away")}, "ab12cd")
	require.ErrorContains(t, err, "away")
}
