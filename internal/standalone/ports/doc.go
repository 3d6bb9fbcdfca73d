// Package ports gives a state directory TCP ports of its own on loopback, which
// stay the same over restarts, so that bookmarks and configured clients keep
// working.
//
// It finds and remembers ports; it must not listen on them for longer than it
// takes to see that they are free.
package ports
