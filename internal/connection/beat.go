package connection

import "time"

const (
	// BeatEvery is how often whoever holds a creator confirms the states of all of the
	// creator's connections, however many the host has: each confirmation writes every
	// one of their rows. Readers of the exports expect a heartbeat every ten seconds.
	BeatEvery = 10 * time.Second
	// GoneAfter is how old the last word about a connection may be until readers take it
	// for gone, whatever state it was in: six confirmations that did not come, so that
	// a slow database or a fail-over does not make anything look gone.
	GoneAfter = 6 * BeatEvery
)
