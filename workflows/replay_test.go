package workflows_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"github.com/streamsuites/streamsuites/workflows"
)

// The recordings are made by the tests of workers/onserver with -update; those
// that begin with "earlier" show what an earlier version did otherwise, and cannot
// be made again. A recording that no longer replays means that workflows which are
// running would get stuck: the change needs workflow.GetVersion, and the recording
// stays.
func TestEveryRecordedHistoryReplays(t *testing.T) {
	t.Parallel()
	recordings, err := filepath.Glob(filepath.Join("testdata", "history", "*.json"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(recordings), 30)
	for _, path := range recordings {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			t.Parallel()
			replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true})
			require.NoError(t, err)
			workflows.RegisterControl(replayer)
			workflows.RegisterHousekeeping(replayer)
			quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
			require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet, path))
		})
	}
}
