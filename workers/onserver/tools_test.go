//go:build unix

package onserver_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// The tests below run Temporal's own command line as the documentation tells
// operators to.

// cli is the path of Temporal's command line. The script builds it when it is
// missing, and says what to do when it cannot.
var cli = sync.OnceValues(func() (string, error) {
	var said bytes.Buffer
	script := exec.Command("bash", "../../deploy/temporal-cli.sh")
	script.Stderr = &said
	path, err := script.Output()
	if err != nil {
		return "", &scriptError{said.String(), err}
	}
	return strings.TrimSpace(string(path)), nil
})

// scriptError is what a script said before it failed.
type scriptError struct {
	said string
	err  error
}

// Error implements error.
func (e *scriptError) Error() string { return e.err.Error() + ": " + e.said }

// temporalCLI runs a command of Temporal's command line and returns what it
// printed. Nothing of this machine's configuration reaches it.
func temporalCLI(t *testing.T, args ...string) string {
	t.Helper()
	path, err := cli()
	require.NoError(t, err)
	args = append(args, "--address", server.hostPort, "--namespace", control.Namespace, "--identity", "recorder",
		"--disable-config-file", "--disable-config-env", "--color", "never")
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "USER=operator"}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "temporal %s: %s", strings.Join(args, " "), out)
	return string(out)
}

// failed starts a clip that fails once, and waits until it has.
func failed(t *testing.T, id string) client.WorkflowRun {
	t.Helper()
	run := startClip(t, id, quick, behaviour{publish: refusedOnce})
	awaitState(t, run, clip.Failed)
	return run
}

func TestTemporalsCommandLineRetriesAFailedClipBySignal(t *testing.T) {
	t.Parallel()
	for id, input := range map[string][]string{
		"tools1": nil,
		"tools2": {"--input", `{"by":"ana"}`},
		"tools3": {"--input", `{"destination":"folder"}`},
		"tools4": {"--input", `{}`},
	} {
		run := failed(t, id)
		said := temporalCLI(t, append([]string{"workflow", "signal", "--workflow-id", run.GetID(), "--name", "retry"}, input...)...)
		require.Contains(t, said, "Signal workflow succeeded")
		require.Equal(t, clip.Published, result(t, run).State)
	}
}

func TestTemporalsCommandLineRetriesAFailedClipByUpdate(t *testing.T) {
	t.Parallel()
	run := failed(t, "tools5")
	said := temporalCLI(t, "workflow", "update", "execute", "--workflow-id", run.GetID(), "--name", "retry")
	require.Contains(t, said, "Round:2 State:uploading")
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestTemporalsCommandLineBeginsTheNextAttemptAtOnce(t *testing.T) {
	t.Parallel()
	run := startClip(t, "tools6", patient, behaviour{publish: awayOnce})
	awaitBackoff(t, run, "upload-folder")
	require.Contains(t, temporalCLI(t, "workflow", "describe", "--workflow-id", run.GetID()), "connection refused")
	temporalCLI(t, "activity", "reset", "--workflow-id", run.GetID(), "--activity-id", "upload-folder")
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestTemporalsCommandLineReopensAClosedClip(t *testing.T) {
	t.Parallel()
	run := startClosing(t, "tools7", refusing)
	mended("tools7")
	shown := temporalCLI(t, "workflow", "show", "--workflow-id", run.GetID(), "--output", "json")
	event := scheduledBy(t, shown, "upload-folder")
	temporalCLI(t, "workflow", "reset", "--workflow-id", run.GetID(), "--event-id", strconv.FormatInt(event, 10), "--reason", "allowed again")
	again := current(t, "tools7")
	require.Equal(t, clip.Published, result(t, again).State)
	require.Equal(t, 1, server.world.called("cut", "tools7"), "the file is kept")
}

// scheduledBy finds in the output of `temporal workflow show` the event to which
// to reset: the workflow task that scheduled an activity last.
func scheduledBy(t *testing.T, shown, activityID string) int64 {
	t.Helper()
	var history struct {
		Events []struct {
			Scheduled struct {
				ActivityID string `json:"activityId"`
				Task       int64  `json:"workflowTaskCompletedEventId,string"`
			} `json:"activityTaskScheduledEventAttributes"`
		} `json:"events"`
	}
	require.NoError(t, json.Unmarshal([]byte(shown), &history))
	var task int64
	for _, event := range history.Events {
		if event.Scheduled.ActivityID == activityID {
			task = event.Scheduled.Task
		}
	}
	require.NotZero(t, task)
	return task
}

func TestTemporalsCommandLineAbandonsAClip(t *testing.T) {
	t.Parallel()
	run := startClip(t, "tools8", quick, refusing)
	awaitState(t, run, clip.Failed)
	temporalCLI(t, "workflow", "signal", "--workflow-id", run.GetID(), "--name", "abandon", "--input", `{"by":"ana"}`)
	require.Equal(t, clip.Failed, result(t, run).State)
	require.Equal(t, 1, server.world.called("publish", "tools8"))
}

// startVisible starts a clip with the search attributes that a session gives it.
func startVisible(t *testing.T, id, creator string, b behaviour) client.WorkflowRun {
	t.Helper()
	r := request(id)
	server.world.add(r, b)
	run, err := server.main.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: control.ClipWorkflowID(id), TaskQueue: control.QueueControl, StaticSummary: "!clip by Ana",
		TypedSearchAttributes: temporal.NewSearchAttributes(
			control.AttrCreator.ValueSet(creator), control.AttrDestinations.ValueSet([]string{"folder"})),
	}, control.WorkflowClip, control.ClipInput{Request: r, Options: quick})
	require.NoError(t, err)
	return run
}

func TestTemporalsCommandLineRetriesTheFailedClipsOfACreator(t *testing.T) {
	t.Parallel()
	runs := []client.WorkflowRun{
		startVisible(t, "tools9", "batch-creator", behaviour{publish: refusedOnce}),
		startVisible(t, "toolsa", "batch-creator", behaviour{publish: refusedOnce}),
	}
	other := startVisible(t, "toolsb", "other-creator", behaviour{publish: refusedOnce})
	awaitState(t, other, clip.Failed)
	retryAll(t, `ClipState="failed" AND ExecutionStatus="Running" AND FailedDestinations="folder" AND Creator="batch-creator"`, runs)
	require.Equal(t, clip.Failed, awaitState(t, other, clip.Failed).State)
	temporalCLI(t, "workflow", "signal", "--workflow-id", other.GetID(), "--name", "abandon")
	result(t, other)
}

// This test runs alone, because its query finds every failed clip.
func TestTemporalsCommandLineRetriesAllFailedClips(t *testing.T) { //nolint:paralleltest // see above
	runs := []client.WorkflowRun{failed(t, "toolsc"), failed(t, "toolsd")}
	retryAll(t, `ClipState="failed" AND ExecutionStatus="Running"`, runs)
	recorded(t, "clip-retried-by-batch", runs[0].GetID(), runs[0].GetRunID())
}

var jobID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// retryAll signals all clips that a query finds, and waits until the server has
// done it and the clips are published.
func retryAll(t *testing.T, query string, runs []client.WorkflowRun) {
	t.Helper()
	eventually(t, func() bool { // the list of workflows lags behind by a moment
		found, err := server.main.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		return err == nil && len(found.GetExecutions()) == len(runs)
	})
	said := temporalCLI(t, "workflow", "signal", "--query", query, "--name", "retry", "--reason", "allowed again", "--yes")
	job := jobID.FindString(said)
	require.NotEmpty(t, job, said)
	var progress string
	eventually(t, func() bool {
		progress = temporalCLI(t, "batch", "describe", "--job-id", job)
		return strings.Contains(strings.Join(strings.Fields(progress), " "), "State Completed")
	})
	require.Regexp(t, `CompletedCount\s+`+strconv.Itoa(len(runs)), progress)
	for _, run := range runs {
		require.Equal(t, clip.Published, result(t, run).State)
	}
}
