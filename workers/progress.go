package workers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
)

// Describer looks at workflows; client.Client is one.
type Describer interface {
	DescribeWorkflowExecution(ctx context.Context, workflowID, runID string) (*workflowservice.DescribeWorkflowExecutionResponse, error)
}

// Step is something that is being done for a clip, as the server knows it.
type Step struct {
	ID       string // of the activity, such as encode or upload-youtube
	Running  bool   // an attempt is at work; otherwise the next one waits
	Attempt  int    // from 1
	Attempts int    // at most; 0 means no limit
	// Next is when the next attempt begins; zero while one is at work or about to.
	Next time.Time
	At   time.Time // last heartbeat; zero before the first

	Known    bool    // Fraction is known
	Fraction float64 // 0 to 1, of the clip's length for an encode, of the bytes for an upload
	Sent     int64   // bytes of an upload that the destination acknowledged
	Total    int64
	Queued   bool // an encode waits for a free encoder
}

// Words say the same to people, such as "upload-youtube: 3145728 of 8388608 bytes
// (37 %), attempt 2 of 8".
func (s Step) Words() string {
	var text strings.Builder
	text.WriteString(s.ID + ": ")
	switch {
	case !s.Next.IsZero():
		text.WriteString("next attempt at " + s.Next.UTC().Format(time.RFC3339))
	case s.Queued:
		text.WriteString("waits for an encoder")
	case s.Known && s.Total > 0:
		fmt.Fprintf(&text, "%d of %d bytes (%d %%)", s.Sent, s.Total, percent(s.Fraction))
	case s.Known:
		fmt.Fprintf(&text, "%d %%", percent(s.Fraction))
	case s.Running:
		text.WriteString("at work")
	default:
		text.WriteString("waits for a worker")
	}
	if s.Attempt > 1 {
		fmt.Fprintf(&text, ", attempt %d", s.Attempt)
		if s.Attempts > 0 {
			fmt.Fprintf(&text, " of %d", s.Attempts)
		}
	}
	return text.String()
}

func percent(fraction float64) int { return int(min(max(fraction, 0), 1) * 100) }

// Steps returns what is being done for a clip at the moment, none when nothing is or
// the server knows no such clip any more.
func Steps(ctx context.Context, temporal Describer, clipID string) ([]Step, error) {
	described, err := temporal.DescribeWorkflowExecution(ctx, control.ClipWorkflowID(clipID), "")
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &missing):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look at the workflow of clip %s: %w", clipID, err)
	}
	var steps []Step
	for _, pending := range described.GetPendingActivities() {
		steps = append(steps, stepOf(pending))
	}
	return steps, nil
}

func stepOf(pending *workflowpb.PendingActivityInfo) Step {
	s := Step{
		ID: pending.GetActivityId(), Attempt: int(pending.GetAttempt()), Attempts: int(pending.GetMaximumAttempts()),
		Running: pending.GetState() != enumspb.PENDING_ACTIVITY_STATE_SCHEDULED,
	}
	if at := pending.GetLastHeartbeatTime(); at != nil {
		s.At = at.AsTime()
	}
	if next := pending.GetScheduledTime(); !s.Running && s.Attempt > 1 && next != nil {
		s.Next = next.AsTime()
	}
	details := pending.GetHeartbeatDetails()
	if details == nil {
		return s
	}
	// What another version wrote there is no progress that anybody could show.
	switch pending.GetActivityType().GetName() {
	case task.Encode.Name:
		var p task.EncodeProgress
		if converter.GetDefaultDataConverter().FromPayloads(details, &p) == nil {
			s.Known, s.Queued, s.Fraction = !p.Waiting, p.Waiting, p.Fraction
		}
	case task.Upload.Name:
		var p task.UploadProgress
		if converter.GetDefaultDataConverter().FromPayloads(details, &p) == nil && p.Total > 0 {
			s.Known, s.Sent, s.Total, s.Fraction = true, p.Sent, p.Total, float64(p.Sent)/float64(p.Total)
		}
	}
	return s
}
