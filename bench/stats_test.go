package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAPercentileIsOneOfTheValues(t *testing.T) {
	t.Parallel()
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i) // in no order that helps
	}
	require.InDelta(t, 99, percentile(hundred, 99), 0)
	require.InDelta(t, 50, percentile(hundred, 50), 0)
	require.InDelta(t, 100, percentile(hundred, 100), 0)
	require.InDelta(t, 1, percentile(hundred, 0), 0)
	require.Equal(t, 3*time.Second, percentile([]time.Duration{time.Second, 3 * time.Second}, 99))
	require.InDelta(t, 100, hundred[0], 0, "the values stay as they were")
}

func TestFewValuesHaveTheirLongestAsHighPercentile(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 60, percentile([]float64{20, 60, 40}, 99), 0)
	require.Zero(t, percentile([]float64{}, 99))
}

func TestAMedianLiesInTheMiddle(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 2, median([]float64{3, 1, 2}), 0)
	require.InDelta(t, 2.5, median([]float64{4, 1, 3, 2}), 0)
	require.Zero(t, median([]time.Duration{}))
}
