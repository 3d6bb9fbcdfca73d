package trigger

import (
	"encoding/json"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// UserKey names an author for ever: "<platform>:<author id>".
func UserKey(p chat.Platform, authorID string) string { return string(p) + ":" + authorID }

// Use is how often a trigger has fired now, for everybody or for one author.
type Use struct {
	TriggerID   string
	UserKey     string // empty: everybody
	Total       int64
	StreamRef   string // State.StreamRef when it fired last, which StreamTotal counts in
	StreamTotal int64
}

// Vote is one author's part in a threshold.
type Vote struct {
	TriggerID string
	UserKey   string // empty with Clear: everybody's
	At        time.Time
	Clear     bool // the vote no longer counts
}

// PointReason says why somebody's points changed.
type PointReason string

// The reasons.
const (
	PointsSpent    PointReason = "spent"
	PointsRefunded PointReason = "refunded"
	PointsGranted  PointReason = "granted" // by an operator
)

// PointChange is a change of what an author has to spend.
type PointChange struct {
	UserKey   string
	Delta     int64
	Balance   int64 // afterwards
	Reason    PointReason
	TriggerID string
	ClipID    string // of the clip whose failure refunds it, or empty
	At        time.Time
}

// Counter is a named counter's new value.
type Counter struct {
	Name  string
	Value int64
	By    string // user key, or "operator:<name>"
	At    time.Time
}

// Overlay is what chat or an operator laid over a trigger: a merge patch (RFC
// 7396) of its definition.
type Overlay struct {
	TriggerID string
	Patch     json.RawMessage // nil: the trigger is removed
	By        string          // UserKey, or "operator:<name>"
	At        time.Time
}

// Change is one thing that somebody changed, for the audit.
type Change struct {
	Subject string // a trigger's id, "counter:<name>" or "pause"
	Action  string // add, edit, remove, enable, disable, alias, options, set, …
	By      string // UserKey, or "operator:<name>"
	Name    string // as shown
	At      time.Time
	Before  json.RawMessage // nil: there was none
	After   json.RawMessage // nil: there is none
}

// OverlayChange is an overlay that is laid, replaced or taken away.
type OverlayChange struct {
	Overlay
	Drop bool // the file's definition holds again, unchanged
}

// Deletion asks a platform to delete a message.
type Deletion struct {
	Key       string // the same for the same message for ever
	Platform  chat.Platform
	Channel   string
	MessageID string
	NotAfter  time.Time
}
