package control

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// Kinds of inbox rows: what a lane has to learn besides chat.
const (
	InboxClipResult  = "clip_result"  // payload ClipResult
	InboxClipWaits   = "clip_waits"   // payload ClipWaits
	InboxClipRequest = "clip_request" // payload OperatorClip
	InboxStreamLive  = "stream_live"  // payload Stream
	InboxStreamOver  = "stream_over"  // payload Stream

	InboxConfig       = "config"        // payload trigger.Settings
	InboxPointGrant   = "point_grant"   // payload PointGrant
	InboxTriggerOrder = "trigger_order" // payload TriggerOrder
)

// ClipResult tells the lane how a clip ended, so that it can answer whoever
// asked.
type ClipResult struct {
	ClipID    string
	State     clip.State // published or failed
	Reason    string     // for failed: what the creator reads
	URL       string     // for published
	Platform  chat.Platform
	Channel   string
	MessageID string
	Clipper   string
	Title     string
}

// ClipWaits tells the lane that a clip is cut, and that nothing is done about it until
// a destination takes it again.
type ClipWaits struct {
	ClipID      string
	Destination string
	Until       time.Time
}

// OperatorClip is an operator's request for a clip, from the command line or
// another control surface.
type OperatorClip struct {
	RequestID string // makes the request idempotent; the clip's id derives from it
	Seconds   int    // 0 means the creator's default
	Title     string
	By        string
	At        time.Time // the moment to clip
}

// PointGrant is points that an operator gives somebody, or takes.
type PointGrant struct {
	UserKey string // "<platform>:<author id>"
	Delta   int64
	By      string
}

// TriggerOrder is a change of the triggers that an operator asks for, in the
// words of the chat command.
type TriggerOrder struct {
	RequestID string
	Text      string // such as "add !discord https://…", as behind !cmd
	By        string
}
