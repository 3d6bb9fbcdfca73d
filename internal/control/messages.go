package control

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// Signals and updates by name.
const (
	SignalDecisions = "decisions" // to a session: []Decision
	SignalRetry     = "retry"     // to a clip: RetryInput
	SignalAbandon   = "abandon"   // to a clip: AbandonInput
	UpdateRetry     = "retry"     // to a clip: RetryInput → RetryResult
	SignalReconcile = "reconcile" // to the supervisor: Reconcile
	SignalStreamEnd = "stream-ended"
)

// DecisionKind says what a Decision asks of the session.
type DecisionKind string

// The kinds of Decision.
const (
	DecideClip       DecisionKind = "clip"
	DecideStreamLive DecisionKind = "stream_live"
	DecideStreamOver DecisionKind = "stream_over"
)

// Decision is one thing that the data plane decided and the session carries
// out. Delivery is at least once; Key makes it idempotent.
type Decision struct {
	Key    string // "<kind>:<clip id or stream id>"
	Kind   DecisionKind
	Clip   *clip.Request `json:",omitempty"`
	Stream *Stream       `json:",omitempty"`
}

// Stream is one broadcast of a creator on one platform.
type Stream struct {
	CreatorID string
	Platform  chat.Platform
	Channel   string
	StreamID  string // the platform's id of the broadcast
	Title     string
	StartedAt time.Time
}

// SessionInput starts a CreatorSession.
type SessionInput struct {
	CreatorID string
	State     *SessionState `json:",omitempty"` // carried over continue-as-new
}

// SessionState is what a session carries from run to run.
type SessionState struct {
	Streams []Stream // live now
	Clips   int      // started so far
}

// IngestInput starts an ingest shard.
type IngestInput struct{ Shard int }

// CaptureInput starts the capture of one stream.
type CaptureInput struct{ Stream Stream }

// ClipInput starts a Clip workflow.
type ClipInput struct{ Request clip.Request }

// RetryInput asks a failed clip to try again. An empty Destination means every
// destination that failed.
type RetryInput struct {
	Destination string `json:"destination,omitempty"`
	By          string `json:"by,omitempty"` // who asked, for the history
}

// RetryResult is the answer to the retry update.
type RetryResult struct {
	ClipID string
	State  clip.State
	Round  int // number of the upload round that the retry starts
}

// AbandonInput ends a failed clip for good.
type AbandonInput struct {
	By string `json:"by,omitempty"`
}

// Reconcile tells the supervisor which creators there are now.
type Reconcile struct{ CreatorIDs []string }
