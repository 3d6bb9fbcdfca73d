// Package exports publishes what happened as JSON documents that a read-only
// dashboard, overlays and a desktop console show.
//
// Builders are pure functions from rows to bytes: equal rows give equal bytes.
// The Writer puts documents into the trees, each one atomically and only when it
// changed. The Exporter decides when.
//
// The package must not change anything in the database, and nothing secret may
// enter a document.
package exports
