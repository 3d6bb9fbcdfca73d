//go:build race

package match_test

// pooled is what a search may allocate: the race detector lets a sync.Pool forget at
// random, so that regexp makes some of its memory anew.
const pooled = 8
