package clip

import "time"

// State is where a clip stands. A clip goes queued, encoding, encoded,
// uploading, published; it can fail from every state but published, and a
// failed clip returns to uploading (or encoding, when it has no file) by retry only.
type State string

// The states of a clip, as the export contract spells them.
const (
	Queued    State = "queued"
	Encoding  State = "encoding"
	Encoded   State = "encoded"
	Uploading State = "uploading"
	Published State = "published"
	Failed    State = "failed"
)

// States lists every state in the order of a clip's life.
var States = [...]State{Queued, Encoding, Encoded, Uploading, Published, Failed}

// CanBecome reports whether a clip in state s may change to next.
func (s State) CanBecome(next State) bool {
	switch s {
	case Queued:
		return next == Encoding || next == Failed
	case Encoding:
		return next == Encoded || next == Failed
	case Encoded:
		return next == Uploading || next == Failed
	case Uploading:
		return next == Published || next == Failed
	case Failed:
		return next == Uploading || next == Encoding
	default:
		return false
	}
}

// Change is one row of a clip's history.
type Change struct {
	ClipID string
	Seq    int // 0 for queued, then one more for each change
	State  State
	Reason string // what a creator reads; the state's own word when nothing went wrong
	At     time.Time
}
