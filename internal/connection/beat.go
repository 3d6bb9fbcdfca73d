package connection

import "time"

const (
	// BeatEvery is how often whoever holds a creator confirms the states of all of the
	// creator's connections, however many the host has.
	BeatEvery = 5 * time.Second
	// GoneAfter is how old the last word about a connection may be until readers take it
	// for gone, whatever state it was in: twelve confirmations that did not come, so that
	// a slow database or a fail-over does not make anything look gone.
	GoneAfter = 12 * BeatEvery
)
