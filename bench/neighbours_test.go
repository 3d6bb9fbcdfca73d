package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNeighboursAreWhatTheBenchmarkDidNotUse(t *testing.T) {
	t.Parallel()
	before := usage{at: asked, busy: 100 * time.Second, disk: time.Second}
	after := usage{at: asked.Add(10 * time.Second), busy: 115 * time.Second, disk: 3500 * time.Millisecond}
	require.Equal(t, neighbours{cores: 1, disk: 0.25}, before.until(after, 5*time.Second))
	require.Zero(t, before.until(after, time.Minute).cores)
	require.Zero(t, usage{}.until(usage{}, 0))
}

func TestIdleCoresAreNotBusy(t *testing.T) {
	t.Parallel()
	require.Equal(t, 2*time.Second, busyTime("cpu  100 20 30 9999 8888 10 20 20 777 666\ncpu0 1 2 3"))
	require.Zero(t, busyTime(""))
	require.Equal(t, 3*time.Second, pressureTime("some avg10=1.78 avg60=3.20 avg300=5.10 total=3000000\nfull avg10=0.18 avg60=0.45 avg300=0.89 total=1\n"))
	require.Zero(t, pressureTime(""))
}
