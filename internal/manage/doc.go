// Package manage is how chat changes what chat can do: `!cmd`, `!commands`,
// `!counter` and `!pausecommands`, with the options that people know from
// StreamElements and Nightbot.
//
// It reads an order, checks it against the triggers that there are, and says
// what would have to change, what to answer and what to write into the audit.
// It changes nothing itself, does no I/O and reads no clock, so that a recorded
// chat gives the same changes again.
package manage
