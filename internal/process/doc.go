// Package process starts the programs this project needs beside it (Postgres,
// FFmpeg, a browser, the simulators) so that none of them outlives it.
//
// Each child leads a process group of its own. When this process dies, however
// it dies, Linux signals the child and Windows ends its job; what survives all
// the same is recorded in a Registry and swept at the next start. A process is
// only ever signalled by a registry when its start time matches too: process ids
// are used again.
//
// The package must not know what any of the programs is.
package process
