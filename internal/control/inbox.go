package control

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// Kinds of inbox rows: what a lane has to learn besides chat.
const (
	InboxClipResult  = "clip_result"  // payload ClipResult
	InboxClipRequest = "clip_request" // payload OperatorClip
	InboxStreamLive  = "stream_live"  // payload Stream
	InboxStreamOver  = "stream_over"  // payload Stream
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

// OperatorClip is an operator's request for a clip, from the command line or
// another control surface.
type OperatorClip struct {
	RequestID string // makes the request idempotent; the clip's id derives from it
	Seconds   int    // 0 means the creator's default
	Title     string
	By        string
	At        time.Time // the moment to clip
}
