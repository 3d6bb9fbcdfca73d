package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
)

var asked = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

func history(seconds ...float64) []clip.Change {
	states := []clip.State{clip.Queued, clip.Encoding, clip.Encoded, clip.Uploading, clip.Published}
	var changes []clip.Change
	for i, s := range seconds {
		changes = append(changes, clip.Change{Seq: i, State: states[i], At: asked.Add(time.Duration(s * float64(time.Second)))})
	}
	return changes
}

func TestOverheadIsWhatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	made, err := timesOf(history(0, 6, 8, 10.5, 11), asked.Add(5*time.Second), 1500*time.Millisecond)
	require.NoError(t, err)
	require.Equal(t, 11*time.Second, made.total)
	require.Equal(t, 5*time.Second, made.span)
	require.Equal(t, 2500*time.Millisecond, made.overhead())
	require.Equal(t, time.Second, made.source)
	require.Equal(t, 500*time.Millisecond, made.around)
	require.Equal(t, 500*time.Millisecond, made.hold)
	require.Equal(t, 500*time.Millisecond, made.publish)
	require.Equal(t, made.overhead(), made.source+made.around+made.hold+made.publish)
}

func TestASpanThatIsOverWaitsForNothing(t *testing.T) {
	t.Parallel()
	made, err := timesOf(history(0, 1, 2, 4, 5), asked.Add(-time.Second), time.Second)
	require.NoError(t, err)
	require.Zero(t, made.span)
	require.Equal(t, 2*time.Second, made.overhead())
}

func TestAClipThatWasNeverPublishedHasNoOverhead(t *testing.T) {
	t.Parallel()
	_, err := timesOf(history(0, 1), asked, time.Second)
	require.ErrorContains(t, err, "encoded")
}
