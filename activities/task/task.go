package task

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// Activity is the name of an activity together with the types of its input and
// result, so that the side that asks and the side that registers cannot differ.
type Activity[In, Out any] struct{ Name string }

// The activities.
var (
	Record   = Activity[RecordInput, RecordResult]{"record"}
	Note     = Activity[NoteInput, Nothing]{"note"}
	Locate   = Activity[LocateInput, LocateResult]{"locate"}
	Await    = Activity[AwaitInput, AwaitResult]{"await"}
	Encode   = Activity[EncodeInput, EncodeResult]{"encode"}
	Upload   = Activity[UploadInput, UploadResult]{"upload"}
	Ingest   = Activity[IngestInput, Nothing]{"ingest"}
	Capture  = Activity[CaptureInput, CaptureResult]{"capture"}
	Snapshot = Activity[Nothing, Nothing]{"snapshot"}
	Reset    = Activity[ResetInput, ResetResult]{"reset-quotas"}
	Retain   = Activity[RetainInput, RetainResult]{"retain"}
)

// Nothing is the input or result of an activity that has none. It is a struct,
// so that fields can be added.
type Nothing struct{}

// RecordInput asks for one change of a clip's state to be written.
type RecordInput struct {
	ClipID string
	Seq    int // number of the change; makes the request idempotent
	State  clip.State
	Reason string // what the creator reads; empty means the state's own word
	Code   clip.Code
	File   *EncodeResult `json:",omitempty"` // with encoded
	URL    string        `json:",omitempty"` // with published
	Retry  []string      `json:",omitempty"` // after failed: the destinations that are tried again; none means all that failed
}

// RecordResult says under which number the change stands. It is larger than the
// one that was asked for when the workflow was reset to an earlier point.
type RecordResult struct{ Seq int }

// NoteInput asks to write where an upload stands that nothing is attempting: what
// its attempts cannot say themselves.
type NoteInput struct {
	ClipID      string
	Destination string
	State       clip.UploadState
	Reason      string    // what the creator reads; may be empty
	At          time.Time // when the workflow came to know; attempts that began before are not heard any more
}

// LocateInput asks which host holds the recording of a span.
type LocateInput struct {
	CreatorID  string
	Start, End time.Time
	Deadline   time.Time // later than this, no recording is a failure
}

// LocateResult is where a recording is.
type LocateResult struct {
	Host     string // as in control.MediaQueue
	StreamID string
	Dir      string // relative to that host's state directory
}

// AwaitInput asks to wait until the recording covers a span.
type AwaitInput struct {
	ClipID     string
	Dir        string
	Start, End time.Time
	Patience   time.Duration // how long after End to wait for the last segments
}

// AwaitResult is how much of the span there is.
type AwaitResult struct {
	Covered time.Duration
	Gaps    int
}

// EncodeInput asks for a clip's file.
type EncodeInput struct {
	ClipID     string
	Dir        string
	Start, End time.Time
}

// EncodeResult is a finished file. Paths are relative to the state directory.
type EncodeResult struct {
	Path      string
	Thumbnail string
	Duration  time.Duration
	Bytes     int64
	SHA256    string
	Gaps      []clip.Gap    `json:",omitempty"`
	Took      time.Duration // FFmpeg's own time
}

// EncodeProgress is what an encode reports with each heartbeat.
type EncodeProgress struct {
	Waiting  bool    `json:"waiting,omitempty"` // for a free encoder
	Fraction float64 `json:"fraction"`          // 0 to 1
	Frame    int64   `json:"frame"`
}

// UploadInput asks for a file to be published.
type UploadInput struct {
	ClipID      string
	CreatorID   string
	Destination string
	Path        string // relative to the state directory
	Title       string
	Bytes       int64
	SHA256      string
	Round       int

	// What titles and descriptions are made of.
	Creator     string    `json:",omitempty"` // display name
	SourceTitle string    `json:",omitempty"`
	Clipper     string    `json:",omitempty"`
	RequestedAt time.Time `json:",omitzero"`

	Insisted bool `json:",omitempty"` // a person asked for this upload
}

// UploadResult is either a publication, or a time before which the destination
// takes nothing.
type UploadResult struct {
	URL           string
	Ref           string    // the destination's own name for it
	DeferredUntil time.Time // not zero: nothing was published, try again then
	Reason        string    // why deferred
}

// UploadProgress is what an upload reports with each heartbeat.
type UploadProgress struct {
	Sent  int64 `json:"sent"` // bytes
	Total int64 `json:"total"`
}

// IngestInput asks to run a shard of the chat.
type IngestInput struct{ Shard int }

// CaptureInput asks to record a stream.
type CaptureInput struct{ Stream control.Stream }

// CaptureResult says how a recording ended by itself.
type CaptureResult struct {
	Segments int64
	Newest   time.Time
}

// CaptureProgress is what a capture reports with each heartbeat.
type CaptureProgress struct {
	State    string    `json:"state"`
	Newest   time.Time `json:"newest"`
	Segments int64     `json:"segments"`
	Gaps     int64     `json:"gaps"`
}

// ResetInput asks to begin the quota day that holds Now.
type ResetInput struct{ Now time.Time }

// ResetResult says what a reset did.
type ResetResult struct {
	Day    string // YYYY-MM-DD in the platforms' own time zone
	Grants int64  // spent grants of budgets that were forgotten
	// Reservations were never settled, and count as used now.
	Reservations int64 `json:",omitempty"`
}

// RetainInput asks to forget what is older than the retention, seen from Now.
type RetainInput struct{ Now time.Time }

// RetainResult counts what was forgotten.
type RetainResult struct {
	ChatPartitions int
	Queues         int64 // rows of outbox and inbox
	Events         int64
	Captures       int64
}
