package lag

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNothingObservedHasNoQuantiles(t *testing.T) {
	t.Parallel()
	var h Histogram
	require.Zero(t, h.Quantile(0.5))
	require.Zero(t, h.Count())
}

func TestEveryDurationIsInTheBucketThatEndsAtOrAfterIt(t *testing.T) {
	t.Parallel()
	for ms := range 5000 {
		d := time.Duration(ms) * time.Millisecond
		i := bucketOf(d)
		require.LessOrEqual(t, d, last(i), ms)
		if i > 0 {
			require.Greater(t, d, last(i-1), ms)
		}
	}
	require.Equal(t, Buckets-1, bucketOf(1000*time.Hour))
	require.Equal(t, 0, bucketOf(0))
}

// checkQuantiles compares a histogram with the sorted durations themselves.
func checkQuantiles(t *testing.T, values []time.Duration) {
	t.Helper()
	var whole, one, other Histogram
	for i, v := range values {
		whole.Observe(v)
		if i%2 == 0 {
			one.Observe(v)
		} else {
			other.Observe(v)
		}
	}
	one.Add(&other)
	require.Equal(t, whole, one, "parts add up")
	exact := make([]time.Duration, len(values))
	for i, v := range values {
		exact[i] = max(0, v).Truncate(time.Millisecond)
	}
	slices.Sort(exact)
	require.Equal(t, exact[len(exact)-1], whole.Max)
	require.Equal(t, int64(len(exact)), whole.Count())
	for _, q := range []float64{0, 0.5, 0.95, 0.99, 1} {
		rank := min(max(1, int(q*float64(len(exact))+0.999999)), len(exact))
		want, got := exact[rank-1], whole.Quantile(q)
		require.GreaterOrEqual(t, got, want, "q=%v", q)
		if bucketOf(want) < Buckets-1 {
			require.LessOrEqual(t, got, want+want/4, "q=%v", q)
		}
	}
}

func TestQuantilesAreAtMostAQuarterTooLong(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		values := make([]time.Duration, 1+r.IntN(300))
		scale := int64(1) << (20 + r.IntN(24))
		for i := range values {
			values[i] = time.Duration(r.Int64N(scale) - scale/20)
		}
		checkQuantiles(t, values)
	}
}

func FuzzQuantiles(f *testing.F) {
	f.Add([]byte{0, 1, 2, 250, 255})
	f.Add([]byte{7})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		values := make([]time.Duration, len(data))
		for i, b := range data {
			values[i] = time.Duration(int64(b%16)) << (b / 16 * 3) * time.Millisecond
		}
		checkQuantiles(t, values)
	})
}

func TestObservingAllocatesNothing(t *testing.T) {
	var h Histogram
	require.Zero(t, testing.AllocsPerRun(100, func() { h.Observe(123 * time.Millisecond) }))
}
