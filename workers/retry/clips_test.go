package retry_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/workers/retry"
)

// The tests against a real server are in workers/onserver. Those here are about
// histories that are hard to bring about, and about a server that refuses.

// temporal plays a server that has one closed workflow.
type temporal struct {
	retry.Temporal // what is not played panics

	events   []*historypb.HistoryEvent
	status   enumspb.WorkflowExecutionStatus
	err      error // of every look at the workflow
	resetErr error
	reset    *workflowservice.ResetWorkflowExecutionRequest // that was asked for
}

func (s *temporal) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: "first"}, Status: s.status,
	}}, s.err
}

func (s *temporal) GetWorkflowHistory(context.Context, string, string, bool, enumspb.HistoryEventFilterType) client.HistoryEventIterator {
	return &events{s.events}
}

func (s *temporal) ResetWorkflowExecution(
	_ context.Context, request *workflowservice.ResetWorkflowExecutionRequest,
) (*workflowservice.ResetWorkflowExecutionResponse, error) {
	s.reset = request
	return &workflowservice.ResetWorkflowExecutionResponse{RunId: "second"}, s.resetErr
}

type events struct{ rest []*historypb.HistoryEvent }

func (e *events) HasNext() bool { return len(e.rest) > 0 }

func (e *events) Next() (*historypb.HistoryEvent, error) {
	next := e.rest[0]
	e.rest = e.rest[1:]
	return next, nil
}

// rows are the clips of a database.
type rows map[string]clip.Clip

func (r rows) Clip(_ context.Context, id string) (clip.Clip, error) {
	if found, ok := r[id]; ok {
		return found, nil
	}
	return clip.Clip{}, store.ErrNotFound
}

func clipsOn(s *temporal) *retry.Clips {
	return &retry.Clips{Temporal: s, Rows: rows{}, Namespace: "default", Patience: time.Minute}
}

// scheduled is an activity that the workflow task at the event before scheduled.
func scheduled(event int64, activityID string) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventId: event, Attributes: &historypb.HistoryEvent_ActivityTaskScheduledEventAttributes{
		ActivityTaskScheduledEventAttributes: &historypb.ActivityTaskScheduledEventAttributes{
			ActivityId: activityID, WorkflowTaskCompletedEventId: event - 1,
		},
	}}
}

func completed(t *testing.T, of int64, result any) *historypb.HistoryEvent {
	t.Helper()
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(result)
	require.NoError(t, err)
	return &historypb.HistoryEvent{Attributes: &historypb.HistoryEvent_ActivityTaskCompletedEventAttributes{
		ActivityTaskCompletedEventAttributes: &historypb.ActivityTaskCompletedEventAttributes{ScheduledEventId: of, Result: payloads},
	}}
}

func closed(code clip.Code, message string) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{Attributes: &historypb.HistoryEvent_WorkflowExecutionFailedEventAttributes{
		WorkflowExecutionFailedEventAttributes: &historypb.WorkflowExecutionFailedEventAttributes{Failure: &failurepb.Failure{
			Message:     message,
			FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: string(code)}},
		}},
	}}
}

func TestAClosedClipGoesOnFromTheNewestSchedulingOfWhatDidNotEndWell(t *testing.T) {
	t.Parallel()
	there := task.UploadResult{URL: "http://host/clip"}
	deferred := task.UploadResult{DeferredUntil: time.Now()}
	end := closed(clip.UploadFailed, "Forbidden.")
	for name, is := range map[string]struct {
		destination string
		events      []*historypb.HistoryEvent
		event       int64
		activities  []string
	}{
		"the only upload": {"", []*historypb.HistoryEvent{
			scheduled(5, "locate"), completed(t, 5, nil), scheduled(19, "encode"), completed(t, 19, nil), scheduled(29, "upload-folder"), end,
		}, 28, []string{"upload-folder"}},
		"the newest round": {"", []*historypb.HistoryEvent{
			scheduled(29, "upload-folder"), scheduled(45, "upload-folder"), end,
		}, 44, []string{"upload-folder"}},
		"an upload that was deferred": {"", []*historypb.HistoryEvent{
			scheduled(29, "upload-folder"), completed(t, 29, deferred), end,
		}, 28, []string{"upload-folder"}},
		"one of two": {"", []*historypb.HistoryEvent{
			scheduled(29, "upload-folder"), scheduled(30, "upload-youtube"), completed(t, 29, there), scheduled(45, "upload-youtube"), end,
		}, 44, []string{"upload-youtube"}},
		"both, from the round of the one that was tried last before": {"", []*historypb.HistoryEvent{
			scheduled(29, "upload-folder"), scheduled(30, "upload-youtube"), scheduled(45, "upload-youtube"), end,
		}, 28, []string{"upload-folder", "upload-youtube"}},
		"the named one of two": {"youtube", []*historypb.HistoryEvent{
			scheduled(29, "upload-folder"), scheduled(30, "upload-youtube"), scheduled(45, "upload-youtube"), end,
		}, 44, []string{"upload-youtube"}},
		"an encode": {"", []*historypb.HistoryEvent{
			scheduled(5, "locate"), completed(t, 5, nil), scheduled(11, "await"), completed(t, 11, nil), scheduled(19, "encode"), closed(clip.DiskFull, "Full."),
		}, 18, []string{"encode"}},
		"a wait for the recording in a second round": {"", []*historypb.HistoryEvent{
			scheduled(5, "locate"), scheduled(11, "await"), scheduled(19, "encode"), scheduled(30, "locate"), scheduled(36, "await"), closed(clip.Internal, "Broken."),
		}, 35, []string{"await"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &temporal{status: enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, events: is.events}
			outcome, err := clipsOn(server).Retry(t.Context(), "ab12cd", control.RetryInput{Destination: is.destination, By: "ana"})
			require.NoError(t, err)
			require.Equal(t, retry.Reopened, outcome.Action)
			require.Equal(t, is.event, outcome.EventID)
			require.Equal(t, is.activities, outcome.Activities)
			require.Equal(t, "second", outcome.RunID)
			require.Equal(t, is.event, server.reset.GetWorkflowTaskFinishEventId())
			require.Equal(t, "first", server.reset.GetWorkflowExecution().GetRunId())
			require.Equal(t, "retry by ana", server.reset.GetReason())
			require.NotEmpty(t, server.reset.GetRequestId())
		})
	}
}

func TestAClosedClipThatCannotGoOnSaysWhy(t *testing.T) {
	t.Parallel()
	made := []*historypb.HistoryEvent{scheduled(29, "upload-folder"), completed(t, 29, task.UploadResult{URL: "http://host/clip"})}
	for text, is := range map[string]struct {
		destination string
		events      []*historypb.HistoryEvent
	}{
		"clip ab12cd has no file, and the recording cannot give it one: Too old.": {"", []*historypb.HistoryEvent{
			scheduled(11, "await"), closed(clip.TooOld, "Too old."),
		}},
		"clip ab12cd closed before anything was done; ask for a new clip": {"", []*historypb.HistoryEvent{
			{EventId: 1}, closed(clip.Internal, "Broken."),
		}},
		"clip ab12cd closed with everything uploaded":            {"", append(made, closed(clip.Internal, "Broken."))},
		"clip ab12cd closed with nothing to upload to elsewhere": {"elsewhere", append(made, closed(clip.Internal, "Broken."))},
	} {
		server := &temporal{status: enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, events: is.events}
		_, err := clipsOn(server).Retry(t.Context(), "ab12cd", control.RetryInput{Destination: is.destination})
		require.ErrorIs(t, err, retry.ErrOver)
		require.EqualError(t, err, text)
		require.Nil(t, server.reset, "nothing was done")
	}
}

func TestAServerThatRefusesIsQuoted(t *testing.T) {
	t.Parallel()
	denied := serviceerror.NewPermissionDenied("not yours", "")
	_, err := clipsOn(&temporal{err: denied}).Retry(t.Context(), "ab12cd", control.RetryInput{})
	require.ErrorContains(t, err, "look at the workflow of clip ab12cd: not yours")
	_, err = clipsOn(&temporal{err: denied}).Abandon(t.Context(), "ab12cd", control.AbandonInput{})
	require.ErrorContains(t, err, "look at the workflow of clip ab12cd: not yours")
	_, err = clipsOn(&temporal{
		status: enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, resetErr: denied,
		events: []*historypb.HistoryEvent{scheduled(29, "upload-folder"), closed(clip.UploadFailed, "Forbidden.")},
	}).Retry(t.Context(), "ab12cd", control.RetryInput{})
	require.ErrorContains(t, err, "reset the workflow of clip ab12cd to event 28: not yours")
}

// unreachable is a database that does not answer.
type unreachable struct{}

func (unreachable) Clip(context.Context, string) (clip.Clip, error) {
	return clip.Clip{}, errors.New("connection refused")
}

func TestAClipWithoutAWorkflowIsNotCalledUnknownWhenTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	clips := clipsOn(&temporal{err: serviceerror.NewNotFound("workflow not found")})
	clips.Rows = unreachable{}
	_, err := clips.Retry(t.Context(), "ab12cd", control.RetryInput{})
	require.NotErrorIs(t, err, retry.ErrUnknown)
	require.EqualError(t, err,
		"clip ab12cd has no workflow in namespace default, and whether there is such a clip cannot be told: connection refused")
}
