// Package trigger decides what a chat message does: which trigger it matches,
// whether that trigger may fire, and what follows from it.
//
// Evaluation is a pure function of a creator's state, one input and the
// compiled rules, so that a recorded chat gives the same decisions again. The
// package does no I/O, reads no clock and draws no random numbers; whoever
// calls it commits the outcome and only then acts on it.
package trigger
