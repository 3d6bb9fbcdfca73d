//go:build race

package trigger

// exactScans is none: the race detector lets a sync.Pool forget at random, so that
// regexp makes some of its memory anew.
const exactScans = 0
