package lag

import (
	"math"
	"math/bits"
	"time"
)

// Buckets is how many buckets a Histogram has: four for each doubling of the
// duration, from milliseconds to longer than an hour.
const Buckets = 84

// Histogram counts durations. The zero value is empty. It is not safe for
// concurrent use.
type Histogram struct {
	Counts [Buckets]int64
	Max    time.Duration // the longest that was observed, in whole milliseconds
}

// Observe counts a duration; a negative one counts as none.
func (h *Histogram) Observe(d time.Duration) {
	d = max(0, d).Truncate(time.Millisecond)
	h.Counts[bucketOf(d)]++
	h.Max = max(h.Max, d)
}

// Add counts what another histogram counted as well.
func (h *Histogram) Add(o *Histogram) {
	for i, n := range o.Counts {
		h.Counts[i] += n
	}
	h.Max = max(h.Max, o.Max)
}

// Count is how many durations were observed.
func (h *Histogram) Count() (n int64) {
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Quantile returns the duration that the given share of the observed ones does not
// exceed, rounded up by at most a quarter; 0 without any. q is from 0 to 1.
func (h *Histogram) Quantile(q float64) time.Duration {
	total := h.Count()
	if total == 0 {
		return 0
	}
	rank := min(max(1, int64(math.Ceil(q*float64(total)))), total)
	for i, n := range h.Counts {
		if rank -= n; rank <= 0 {
			return min(last(i), h.Max)
		}
	}
	return h.Max
}

// bucketOf finds the bucket of a duration that is not negative. Those of less than
// four milliseconds have a bucket for each; every further doubling has four.
func bucketOf(d time.Duration) int {
	ms := uint64(d / time.Millisecond)
	if ms < 4 {
		return int(ms)
	}
	power := bits.Len64(ms) - 1
	part := ms >> (power - 2) & 3
	return min(4*(power-1)+int(part), Buckets-1)
}

// last is the longest duration in a bucket.
func last(bucket int) time.Duration {
	if bucket == Buckets-1 {
		return math.MaxInt64
	}
	next := bucket + 1
	if next < 4 {
		return time.Duration(bucket) * time.Millisecond
	}
	first := uint64(4+next%4) << (next/4 - 1)
	return time.Duration(first-1) * time.Millisecond
}
