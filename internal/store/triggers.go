package store

import (
	"encoding/json"
	"time"

	"github.com/streamsuites/streamsuites/internal/control"
)

// What lanes write down about triggers besides decisions and cooldowns. A user key
// is "<platform>:<author id>" throughout.

// Use is how often a trigger has fired now, for everybody or for one author.
type Use struct {
	TriggerID   string
	UserKey     string // empty: everybody
	Total       int64
	StreamRef   string // the stream in which StreamTotal counts; empty while nothing is live
	StreamTotal int64
	LaneSeq     int64 // where it was used last
}

// Vote is one author's part in a threshold.
type Vote struct {
	TriggerID string
	UserKey   string // empty with Clear: everybody's
	At        time.Time
	Clear     bool // the vote no longer counts
}

// PointChange is a change of what an author has to spend.
type PointChange struct {
	LaneSeq   int64
	UserKey   string
	Delta     int64
	Balance   int64  // afterwards
	Reason    string // spent, refunded, granted
	TriggerID string
	ClipID    string // of the clip whose failure refunds it, or empty
	At        time.Time
}

// Balance is what an author has to spend who got or spent some before.
type Balance struct {
	UserKey string
	Points  int64
}

// Spend is points that the failure of a clip gives back.
type Spend struct {
	ClipID    string
	UserKey   string
	TriggerID string
	Points    int64 // greater than 0
}

// ChatCounter is a named counter that chat shows and changes.
type ChatCounter struct {
	Name  string
	Value int64
}

// CounterChange is a change of a named counter, to its new value.
type CounterChange struct {
	ChatCounter
	LaneSeq int64
	By      string // user key, or "operator:<name>"
	At      time.Time
}

// Overlay is what chat or an operator laid over a trigger.
type Overlay struct {
	TriggerID string
	Patch     json.RawMessage // a merge patch (RFC 7396) of the definition; nil: the trigger is removed
	By        string          // user key, or "operator:<name>"
	At        time.Time
	LaneSeq   int64 // where it was laid
}

// OverlayChange is an overlay that is laid, replaced or taken away.
type OverlayChange struct {
	Overlay
	Drop bool // what lies below holds again, unchanged
}

// TriggerChange is one thing that somebody changed, for the audit.
type TriggerChange struct {
	LaneSeq int64
	Subject string // a trigger's id, "counter:<name>" or "pause"
	Action  string // add, edit, remove, enable, disable, alias, options, set, …
	By      string // user key, or "operator:<name>"
	Name    string // as shown
	At      time.Time
	Before  json.RawMessage // nil: there was none
	After   json.RawMessage // nil: there is none
}

// Config is a configuration under which a lane evaluates.
type Config struct {
	Hash     string
	Settings json.RawMessage // trigger.Settings
}

// Live is which broadcasts are live as far as a lane has learnt.
type Live struct {
	Streams []control.Stream
	Ref     string // id of the broadcast with which the present stream began; empty while none is live
}

// Taken is an input that a lane made itself, such as the configuration that it
// starts under. It is written as an inbox row that is consumed already, so that
// everything a lane took in besides chat is found in one table.
type Taken struct {
	Kind      string
	DedupeKey string
	Payload   json.RawMessage
	At        time.Time
	LaneSeq   int64
}
