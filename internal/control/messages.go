package control

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// Signals and updates by name.
const (
	SignalDecisions = "decisions"    // to a session: []Decision
	SignalRetry     = "retry"        // to a clip: RetryInput, or nothing
	SignalAbandon   = "abandon"      // to a clip: AbandonInput
	UpdateRetry     = "retry"        // to a clip: RetryInput → RetryResult
	SignalReconcile = "reconcile"    // to the supervisor: Reconcile
	SignalStreamEnd = "stream-ended" // to a capture: StreamEnd

	QueryClip = "clip" // to a clip → ClipView
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

	// Options are the rules in force when a clip was decided. The signaller
	// fills them in, so that a session that has run for weeks does not start
	// clips under the rules of its own first day.
	Options *ClipOptions `json:",omitempty"`
}

// Stream is one broadcast of a creator on one platform.
type Stream struct {
	CreatorID string
	Platform  chat.Platform
	Channel   string
	StreamID  string // the platform's id of the broadcast
	Title     string
	StartedAt time.Time
	Category  string `json:",omitempty"` // the platform's name of the game or category
	Viewers   int    `json:",omitempty"` // as of when it was last told
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

	Seen    []string   `json:",omitempty"` // keys of the newest decisions carried out, oldest first
	Pending []Decision `json:",omitempty"` // received and not yet carried out
}

// IngestInput starts an ingest shard.
type IngestInput struct {
	Shard   int
	Timeout time.Duration `json:",omitempty"` // ShardTimeout unless it is set
}

// CaptureInput starts the capture of one stream.
type CaptureInput struct {
	Stream Stream

	// Grace is how long the capture goes on after the platform said that the
	// stream ended; zero means 90 s.
	Grace time.Duration `json:",omitempty"`
}

// StreamEnd tells a capture that the platform says its stream ended. Both turns
// come by one signal, so that their order holds.
type StreamEnd struct {
	Back bool `json:"back,omitempty"` // the stream that ended is live again
}

// ClipInput starts a Clip workflow.
type ClipInput struct {
	Request clip.Request
	Options ClipOptions
}

// ClipOptions are the operator's rules for clips. A zero field means its
// default.
type ClipOptions struct {
	PublishDelay     time.Duration `json:",omitempty"` // held back between encoding and upload; default none
	UploadAttempts   int           `json:",omitempty"` // per round; default 8
	UploadBackoff    time.Duration `json:",omitempty"` // before the second attempt, doubling; default 5 s
	RetryWindow      time.Duration `json:",omitempty"` // how long a failed clip stays open; default 7 days
	CapturePatience  time.Duration `json:",omitempty"` // how long to look for a capture; default 60 s
	CoveragePatience time.Duration `json:",omitempty"` // how long after its end to wait for a span's segments; default 90 s
}

// ClipView is a clip as its workflow sees it: the answer to the query "clip"
// and the result of the workflow.
type ClipView struct {
	ClipID      string
	State       clip.State
	Seq         int // number of the last change
	Round       int // 1, and one more for each retry
	Title       string
	RequestedBy string
	Start, End  time.Time
	Destination string
	File        string    `json:",omitempty"` // relative to the state directory of Host
	Host        string    `json:",omitempty"`
	URL         string    `json:",omitempty"`
	Code        clip.Code `json:",omitempty"` // of the last failure
	Reason      string    `json:",omitempty"` // of the last failure
	RetryUntil  time.Time `json:",omitzero"`  // zero unless failed and open
	HeldUntil   time.Time `json:",omitzero"`  // zero unless it waits for nothing but a publish delay or a quota

	Uploads []UploadView `json:",omitempty"` // one for each destination, the first one first
}

// UploadView is a clip at one of its destinations, as its workflow sees it.
type UploadView struct {
	Destination   string
	State         clip.UploadState // never retrying: the pending activity shows its attempts
	Round         int              `json:",omitempty"` // of the last upload; 0 before the first
	URL           string           `json:",omitempty"` // for published
	Code          clip.Code        `json:",omitempty"` // for failed
	Reason        string           `json:",omitempty"` // for failed and deferred
	DeferredUntil time.Time        `json:",omitzero"`  // for deferred
}

// RetryInput asks a clip to try again what failed, and to try now what waits for
// a quota or a publish delay. An empty Destination means every destination. A
// clip that has no file yet, and a publish delay, concern all destinations in any
// case.
type RetryInput struct {
	Destination string `json:"destination,omitempty"`
	By          string `json:"by,omitempty"` // who asked, for the history
}

// RetryResult is the answer to the retry update.
type RetryResult struct {
	ClipID string
	State  clip.State
	Round  int // number of the upload round that the retry starts, or in which it ended a wait

	Destinations []string `json:",omitempty"` // that are tried again, or now
}

// AbandonInput ends a clip for good, also while it is being made. What is
// published stays published.
type AbandonInput struct {
	By string `json:"by,omitempty"`
}

// SupervisorInput starts the supervisor.
type SupervisorInput struct {
	Reconcile *Reconcile `json:",omitempty"` // carried over continue-as-new, not yet carried out
}

// Reconcile tells the supervisor which creators there are now.
type Reconcile struct {
	CreatorIDs   []string
	ShardTimeout time.Duration `json:",omitempty"` // of shards that are to be started; see IngestInput
}
