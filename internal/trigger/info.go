package trigger

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// Problem is what is wrong with one trigger. What cannot be used is switched off;
// the others go on.
type Problem struct {
	TriggerID string // empty for what concerns the creator as a whole
	Text      string
}

// Source says where a trigger comes from.
type Source string

// The sources. An overlay on a built-in trigger or on one of the file does not
// change where it comes from.
const (
	BuiltIn  Source = "built-in"
	FromFile Source = "file"
	FromChat Source = "chat"
)

// Info is one trigger as it is in force.
type Info struct {
	ID         string
	Definition definition.Definition // with everything that was laid over it
	Source     Source
	Enabled    bool // false also for what a Problem switched off
	Scan       bool // a pattern that has to look at every message
	// Cooldown is how long it holds back everybody who is not exempt after it
	// fired: as configured or, where that is longer, the least that the creator's
	// triggers can have.
	Cooldown time.Duration
}
