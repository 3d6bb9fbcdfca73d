package exports

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
)

func TestARunningJobTellsHowFarItIsAndWhenItIsTriedAgain(t *testing.T) {
	t.Parallel()
	type document struct {
		Meta struct {
			GeneratedAt string `json:"generated_at"`
		} `json:"meta"`
		Jobs []struct {
			Reason *string `json:"reason"`
		} `json:"jobs"`
		Items []struct {
			Reason  *string `json:"reason"`
			NextRun *string `json:"next_run"`
		} `json:"items"`
	}
	words, switched := "upload-youtube: next attempt at 2026-02-01T12:00:30Z, attempt 2 of 8", "disabled via config"
	in := JobsInput{
		Jobs: []store.Job{
			{ID: "8c2c52a8-0000-4000-8000-000000000001", ClipID: "run1ng", Type: "clip", CreatorID: "c", Status: store.JobRunning, CreatedAt: at(0), StartedAt: at(1)},
			{ID: "8c2c52a8-0000-4000-8000-000000000002", ClipID: "d0ne00", Type: "clip", CreatorID: "c", Status: store.JobCompleted, CreatedAt: at(0), CompletedAt: at(2)},
		},
		Progress: map[string]JobProgress{"run1ng": {Words: words, Next: at(30), At: at(20)}, "d0ne00": {Words: "stale", Next: at(30)}},
	}
	d, err := BuildJobs(in)
	require.NoError(t, err)
	requireValid(t, d)
	doc := decoded[document](t, d, err)
	require.Equal(t, []*string{&words, nil}, []*string{doc.Jobs[0].Reason, doc.Jobs[1].Reason})
	require.Equal(t, &words, doc.Items[0].Reason)
	require.NotNil(t, doc.Items[0].NextRun)
	require.Nil(t, doc.Items[1].NextRun)
	require.Contains(t, doc.Meta.GeneratedAt, ":20")

	in.Switches = map[string]bool{"clips": false}
	d, err = BuildJobs(in)
	require.Equal(t, &switched, decoded[document](t, d, err).Jobs[0].Reason, "what is configured counts more")
}
