package recording

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// Format names the format in every header.
const Format = "streamsuites.recording"

// Version is the version of the format that this package writes, and the newest
// that it reads.
const Version = 1

// Header is what a recording says about itself.
type Header struct {
	CreatorID  string    // whose log it is; empty when the recording does not say
	ExportedAt time.Time // zero when unknown
	// Texts says that texts and names were kept. Without them nothing can match
	// by what somebody wrote.
	Texts bool
	// FromSeq and ToSeq are the first and the last place of the span that was
	// exported; both 0 in a recording without sequence numbers. What was in force
	// when the span began comes before it, with smaller places.
	FromSeq, ToSeq int64
}

// Entry is one line behind the header: exactly one of the pointers is set.
type Entry struct {
	Line int // number of the line, from 1; 0 for entries that were not read
	// Seq is the place in the lane's sequence, from 1. A decision has the place of
	// what it is about.
	Seq int64

	Message  *chat.Event
	Input    *Input
	Decision *trigger.Decision

	// Repeated says that a message has been in the recording before, as platforms
	// that connect again deliver them. A lane would drop it.
	Repeated bool
}

// Input is something besides chat that the lane took in.
type Input struct {
	Kind    string          // one of control's inbox kinds
	At      time.Time       // when it was written
	Payload json.RawMessage // what the kind says
}

// Kinds lists the inputs that a recording can hold.
var Kinds = [...]string{
	control.InboxStreamLive, control.InboxStreamOver, control.InboxClipResult, control.InboxClipWaits, control.InboxClipRequest,
	control.InboxConfig, control.InboxPointGrant, control.InboxTriggerOrder,
}

// Evaluated returns the input as triggers are given it. The error says that the
// kind is unknown or that the payload cannot be read as that kind.
func (in *Input) Evaluated() (trigger.Input, error) {
	return trigger.ReadInput(in.Kind, in.At, in.Payload)
}

// Anonymous returns the input without the names and titles that chat gave.
func (in Input) Anonymous() (Input, error) {
	if in.Kind != control.InboxClipResult {
		return in, nil
	}
	var result control.ClipResult
	if err := json.Unmarshal(in.Payload, &result); err != nil {
		return Input{}, fmt.Errorf("read how a clip ended: %w", err)
	}
	result.Clipper, result.Title = "", ""
	body, err := json.Marshal(result)
	if err != nil {
		return Input{}, fmt.Errorf("write how a clip ended: %w", err)
	}
	in.Payload = body
	return in, nil
}

// LineError says what is wrong with one line of a recording and what to do about
// it.
type LineError struct {
	Line    int // from 1
	Finding string
	Remedy  string
}

// Error implements error.
func (e *LineError) Error() string {
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Finding, e.Remedy)
}
