package headroom

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// This is the process that asks.
type This struct{}

// Chosen reports whether somebody chose for this process already, by Go's own
// environment variable: then it is not for the program to choose.
func Chosen() bool { return os.Getenv("GOGC") != "" }

// Look implements Process.
func (This) Look() Counts {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/gc/scan/stack:bytes"},
		{Name: "/gc/scan/globals:bytes"},
	}
	metrics.Read(samples)
	return Counts{
		Allocated:  samples[0].Value.Uint64(),
		Cycles:     samples[1].Value.Uint64(),
		Collecting: time.Duration(samples[2].Value.Float64() * float64(time.Second)),
		Live:       samples[3].Value.Uint64() + samples[4].Value.Uint64() + samples[5].Value.Uint64(),
	}
}

// SetPercent implements Process.
func (This) SetPercent(percent int) { debug.SetGCPercent(percent) }

// Release implements Process.
func (This) Release() { debug.FreeOSMemory() }
