// Package clip holds what a clip is: its identity, states, titles, time span
// and the reasons for which it can fail. Both planes share it.
//
// It is pure: no I/O, no clock, no randomness; it imports only internal/chat.
package clip
