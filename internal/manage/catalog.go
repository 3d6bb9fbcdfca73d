package manage

import (
	"encoding/json"
	"time"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// Source says where a trigger was written down.
type Source string

// The sources, in the order in which they are laid over each other.
const (
	BuiltIn Source = "built-in"
	File    Source = "file" // triggers.json
	Chat    Source = "chat" // created by an order
)

// Entry is one trigger that is in force.
type Entry struct {
	ID         string
	Definition definition.Definition
	// Base is the canonical JSON of the definition below the overlay; nil for
	// triggers that an order created.
	Base json.RawMessage
	// Overlay is the merge patch that lies over Base, or the whole definition of a
	// trigger that an order created; nil when there is none.
	Overlay json.RawMessage
	Source  Source
}

// Catalog is what there is when an order comes. Names that it is asked for are
// normalised and have no prefix.
type Catalog interface {
	// Prefix is what commands begin with, such as "!".
	Prefix() string
	// ByName finds the command that has a name or an alias, also when it is
	// switched off.
	ByName(name string) (Entry, bool)
	// List is every trigger in matching order, also those that are switched off,
	// without those that were removed.
	List() []Entry
	// Removed are the triggers of the file that an order removed; Definition and
	// Base are what the file says.
	Removed() []Entry
	// Counter is a named counter's value; false when it never had one.
	Counter(name string) (int64, bool)
	// Uses is how often a trigger has fired.
	Uses(triggerID string) int64
	// Paused reports whether commands are paused.
	Paused() bool
	// Room is how many more triggers may be switched on.
	Room() (left int, limited bool)
	// MinCooldown is the least cooldown for all that a trigger can have.
	MinCooldown() time.Duration
	// Check reports why a definition cannot be used, beyond what its own Check says.
	Check(d definition.Definition) error
}

// Result is what an order changes and what to answer. An order that only asks
// has nothing but a Reply.
type Result struct {
	// Reply is one sentence without a mention.
	Reply    string
	Overlays []Overlay
	Changes  []Change
	Counters []Counter
	Uses     []Use
	Paused   *bool // commands are paused from now on, or no longer
}

// Overlay is a patch to lay over a trigger, in place of one that lies there.
type Overlay struct {
	TriggerID string
	Patch     json.RawMessage // merge patch; nil with Drop false removes the trigger
	Drop      bool            // take away what lies there: what is below it holds
}

// Change is one line of the audit.
type Change struct {
	Subject string          // a trigger's id, "counter:<name>" or "pause"
	Action  string          // the verb, or "count"
	Before  json.RawMessage // nil: there was none
	After   json.RawMessage // nil: there is none
}

// Counter is a counter's new value.
type Counter struct {
	Name  string
	Value int64
}

// Use is how often a trigger counts as used from now on.
type Use struct {
	TriggerID string
	Total     int64
}
