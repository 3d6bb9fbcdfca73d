// Package metrics holds the program's Prometheus figures: those of the ingest,
// its lanes and its committer, of clips, of exports, of the Go runtime, and those
// of the Temporal SDK.
//
// It imports no other package of this module: the data plane describes itself in
// plain structs of numbers and functions, which convert to the ones here.
package metrics
