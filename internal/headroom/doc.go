// Package headroom chooses how far a process's heap may grow between two garbage
// collections: as little as the collector's own work allows while the process has
// little to do, and as far as Go lets it by default while it is busy.
//
// It must not know what the process does, nor set a limit to its memory.
package headroom
