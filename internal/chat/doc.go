// Package chat holds the normalised chat event that every platform's reader
// produces and everything behind it consumes.
//
// It is the bottom of the import graph: it imports nothing of this module and
// does no I/O.
package chat
