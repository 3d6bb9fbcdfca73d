//go:build unix

package onserver_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// wait is how long a test waits for something that happens soon.
const wait = 60 * time.Second

// quick are rules under which a failing clip fails at once.
var quick = control.ClipOptions{UploadAttempts: 2, UploadBackoff: 100 * time.Millisecond}

func request(id string) clip.Request {
	end := time.Now().Add(-time.Second).UTC().Truncate(time.Millisecond)
	return clip.Request{
		ClipID: id, CreatorID: id, Creator: "Cee", Title: "Live - clip by Ana " + clip.Marker(id), Platform: "twitch", Channel: "cee",
		MessageID: "m-" + id, RequestedBy: "twitch:ana", Clipper: "Ana", RequestedAt: end, Start: end.Add(-20 * time.Second), End: end,
		Destination: "folder",
	}
}

// startClip starts a clip in a world that behaves, for the folder and more
// destinations.
func startClip(t *testing.T, id string, options control.ClipOptions, b behaviour, more ...string) client.WorkflowRun {
	t.Helper()
	r := request(id)
	r.More = more
	server.world.add(r, b)
	run, err := server.main.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: control.ClipWorkflowID(id), TaskQueue: control.QueueControl, StaticSummary: "!clip by Ana",
	}, control.WorkflowClip, control.ClipInput{Request: r, Options: options})
	require.NoError(t, err)
	return run
}

func result(t *testing.T, run client.WorkflowRun) (view control.ClipView) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	require.NoError(t, run.Get(ctx, &view))
	return view
}

// awaitState waits until a clip's workflow says that it is there.
func awaitState(t *testing.T, run client.WorkflowRun, want clip.State) (view control.ClipView) {
	t.Helper()
	eventually(t, func() bool {
		value, err := server.main.QueryWorkflow(t.Context(), run.GetID(), "", control.QueryClip)
		return err == nil && value.Get(&view) == nil && view.State == want
	})
	return view
}

func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, wait, 50*time.Millisecond)
}

// history returns the events of a run.
func history(t *testing.T, workflowID, runID string) *historypb.History {
	t.Helper()
	h := &historypb.History{}
	events := server.main.GetWorkflowHistory(t.Context(), workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if strings.HasPrefix(workflowID, "system-") {
		events = server.system.GetWorkflowHistory(t.Context(), workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	}
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		h.Events = append(h.Events, event)
	}
	return h
}

// recorded keeps a run's history for the replay tests when they are updated.
func recorded(t *testing.T, name, workflowID, runID string) {
	t.Helper()
	h := history(t, workflowID, runID)
	require.NotEmpty(t, h.GetEvents())
	if !*update {
		return
	}
	text, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(h)
	require.NoError(t, err)
	if name, err := os.Hostname(); err == nil { // part of a sticky queue's name
		text = bytes.ReplaceAll(text, []byte(`"`+name+`:`), []byte(`"recorder:`))
	}
	path := filepath.Join("..", "..", "workflows", "testdata", "history", name+".json")
	require.NoError(t, os.WriteFile(path, append(text, '\n'), 0o644))
}

// pending are the activities that a workflow waits for; none when it cannot be
// looked at.
func pending(t *testing.T, workflowID string) []*workflowpb.PendingActivityInfo {
	t.Helper()
	described, err := server.main.DescribeWorkflowExecution(t.Context(), workflowID, "")
	if err != nil {
		return nil
	}
	return described.GetPendingActivities()
}

// cancel ends a workflow that would run for ever, and waits until it has.
func cancel(t *testing.T, workflowID string) {
	t.Helper()
	require.NoError(t, server.main.CancelWorkflow(t.Context(), workflowID, ""))
	ctx, stop := context.WithTimeout(t.Context(), wait)
	defer stop()
	require.ErrorContains(t, server.main.GetWorkflow(ctx, workflowID, "").Get(ctx, nil), "canceled")
}

func execution(run client.WorkflowRun) *commonpb.WorkflowExecution {
	return &commonpb.WorkflowExecution{WorkflowId: run.GetID()}
}
