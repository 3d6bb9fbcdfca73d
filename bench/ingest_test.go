package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFiguresOfIngestAreMediansOfTheTurns(t *testing.T) {
	t.Parallel()
	one := func(seconds, reference, other time.Duration) turn {
		return turn{
			own:  run{rows: 1000, took: seconds * time.Second, commits: 10, reference: reference * time.Second, sent: sent{Stored: 1000}, memory: memoryPeak{resident: float64(seconds)}},
			peer: peerRun{rows: 1000, took: other * time.Second},
		}
	}
	turns := []turn{one(1, 1, 2), one(4, 1, 2), one(2, 1, 5)}
	figure := throughput(turns)
	require.InDelta(t, 500, figure.Value, 0)
	require.InDelta(t, 1000, figure.Reference, 0)
	require.Len(t, figure.Details, 3)
	require.InDelta(t, 0.5, copyRatio(turns).Value, 0)
	require.InDelta(t, 2, peerRatio(turns, "node 20").Value, 0)
	require.InDelta(t, 4, peakMemory(turns).Value, 0)
}

func TestAnswersAreThoseOfARun(t *testing.T) {
	t.Parallel()
	before := answers{fired: 10, denied: 4, said: 3, expired: 5, other: 2}
	now := answers{fired: 30, denied: 6, said: 13, expired: 14, other: 3}
	require.Equal(t, answers{fired: 20, denied: 2, said: 10, expired: 9, other: 1}, now.minus(before))
}
