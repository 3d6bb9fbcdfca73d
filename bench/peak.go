package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime/metrics"
	"strconv"
	"time"
)

// resetPeak has Linux forget how much memory a process ever held at once.
func resetPeak(pid int) error {
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("reset the peak of the memory of process %d: %w", pid, err)
	}
	return nil
}

var peakLine = regexp.MustCompile(`(?m)^VmHWM:\s*(\d+) kB$`)

// peakOf is the most memory, in megabytes, that a process held at once since then;
// 0 where that cannot be told.
func peakOf(pid int) float64 { return peakIn(readText(fmt.Sprintf("/proc/%d/status", pid))) }

func peakIn(status string) float64 {
	found := peakLine.FindStringSubmatch(status)
	if found == nil {
		return 0
	}
	kilobytes, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		return 0
	}
	return kilobytes * 1024 / 1e6
}

// memoryPeak is the most memory that this process held, in megabytes.
type memoryPeak struct {
	resident float64
	heap     float64 // objects, living and dead
}

// watchMemory begins to watch this process's memory. end stops that and tells the peak.
func watchMemory(ctx context.Context) (end func() memoryPeak, err error) {
	if err := resetPeak(os.Getpid()); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	heap := make(chan float64)
	go func() { heap <- watchHeap(ctx) }()
	return func() memoryPeak {
		stop()
		return memoryPeak{resident: peakOf(os.Getpid()), heap: <-heap}
	}, nil
}

// watchHeap samples the heap until ctx ends and returns its peak.
func watchHeap(ctx context.Context) (most float64) {
	const each = 10 * time.Millisecond
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	tick := time.NewTicker(each)
	defer tick.Stop()
	for {
		metrics.Read(sample)
		most = max(most, float64(sample[0].Value.Uint64())/1e6)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return most
		}
	}
}
