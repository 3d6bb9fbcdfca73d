//go:build !race

package trigger

// exactScans is how many patterns that look at every message a test can have that
// counts allocations: regexp takes its memory from a sync.Pool.
const exactScans = 5
