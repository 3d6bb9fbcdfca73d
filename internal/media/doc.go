// Package media records live streams into a rolling buffer on disk and cuts
// clips out of it. It is the only package that knows FFmpeg.
//
// A Recorder fills a folder with segments and an append-only index that says
// which wall-clock time each of them holds, and why parts are missing; only its
// pruner deletes. An Index answers what a span is made of. A Cutter turns a span
// into an MP4 whose first and last frames are those of the requested time.
//
// The package must not know Temporal, Postgres or configuration files, and must
// not log the addresses of sources: they hold tokens.
package media
