// Package oneline makes text fit to be sent as one chat message: one line, without
// control characters, not too long.
//
// It must not know what any platform takes for a command.
package oneline
