//go:build !race

package match_test

// pooled is what a search may allocate: regexp takes its memory from a sync.Pool.
const pooled = 0
