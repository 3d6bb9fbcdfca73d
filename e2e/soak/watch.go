package main

import (
	"context"
	"math"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// footprint is what the data plane holds.
type footprint struct {
	HeapBytes  uint64 `json:"heap_bytes"` // after a collection
	Goroutines int    `json:"goroutines"`
}

// looks and lookEvery say how long a footprint is looked for: the least counts, since
// what is above it waits for a commit or belongs to a connection that is being made.
const (
	looks     = 10
	lookEvery = time.Second
)

// measure finds the footprint of the moment.
func measure(ctx context.Context) footprint {
	least := footprint{HeapBytes: math.MaxUint64, Goroutines: math.MaxInt}
	for range looks {
		runtime.GC()
		runtime.GC() // what finalizers and pools let go of only then
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		least.HeapBytes = min(least.HeapBytes, m.HeapAlloc)
		least.Goroutines = min(least.Goroutines, runtime.NumGoroutine())
		if !pause(ctx, lookEvery) {
			break
		}
	}
	return least
}

// processorTime is what this process has used.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// observed is the committer, and notes how long messages took.
type observed struct {
	*store.Committer
	lags *lags
}

// Commit implements ingest.Committer.
func (o *observed) Commit(ctx context.Context, lanes []store.LaneCommit) (store.CommitResult, error) {
	result, err := o.Committer.Commit(ctx, lanes)
	if err == nil {
		o.lags.note(time.Now(), lanes)
	}
	return result, err
}

// lags are two histograms a platform: from the platform's time, and from when the
// client had read a message, until it is stored. They do not grow.
type lags struct {
	mu        sync.Mutex
	sent      map[chat.Platform]*histogram
	received  map[chat.Platform]*histogram
	histories int64 // messages that were written before the reader came
}

func newLags() *lags {
	l := &lags{sent: map[chat.Platform]*histogram{}, received: map[chat.Platform]*histogram{}}
	for _, p := range platforms {
		l.sent[p], l.received[p] = &histogram{}, &histogram{}
	}
	return l
}

func (l *lags) note(now time.Time, lanes []store.LaneCommit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range lanes {
		for j := range lanes[i].Events {
			e := &lanes[i].Events[j]
			if e.History {
				l.histories++
			}
			l.sent[e.Platform].add(now.Sub(e.SentAt))
			l.received[e.Platform].add(now.Sub(e.ReceivedAt))
		}
	}
}

// percentile returns the given percentiles of a platform.
func (l *lags) percentile(p chat.Platform, percent float64) (sent, received time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent[p].percentile(percent), l.received[p].percentile(percent)
}

// histogram counts durations in buckets that are a twentieth wide, from 0.1 ms on.
type histogram struct {
	buckets [400]int64
	all     int64
}

const (
	narrowest = 100 * time.Microsecond
	growth    = 1.05
)

func (h *histogram) add(d time.Duration) {
	bucket := 0
	if d > narrowest {
		bucket = min(int(math.Log(float64(d)/float64(narrowest))/math.Log(growth))+1, len(h.buckets)-1)
	}
	h.buckets[bucket]++
	h.all++
}

// percentile is the upper bound of the bucket that holds it.
func (h *histogram) percentile(percent float64) time.Duration {
	wanted := int64(math.Ceil(float64(h.all) * percent / 100))
	var sum int64
	for i, n := range h.buckets {
		if sum += n; n > 0 && sum >= wanted {
			return time.Duration(float64(narrowest) * math.Pow(growth, float64(i)))
		}
	}
	return 0
}
