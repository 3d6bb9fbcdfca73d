// Package definition says what a trigger is as people write it down: in
// triggers.json, in chat, in imported files. It reads, checks and merges
// definitions and knows their defaults.
//
// It does not decide anything about messages; internal/trigger compiles
// definitions and does. It does no I/O.
package definition
