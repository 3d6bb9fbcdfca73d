package headroom

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// This is the process that asks.
type This struct{}

// Chosen reports whether somebody chose for this process already, by Go's own
// environment variable: then it is not for the program to choose.
func Chosen() bool { return os.Getenv("GOGC") != "" }

// Allocated implements Process.
func (This) Allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// SetPercent implements Process.
func (This) SetPercent(percent int) { debug.SetGCPercent(percent) }

// Release implements Process.
func (This) Release() { debug.FreeOSMemory() }
