package media

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// Span is a wall-clock span of a source; Start belongs to it, End does not.
type Span struct{ Start, End time.Time }

// Length is the span's duration.
func (s Span) Length() time.Duration { return s.End.Sub(s.Start) }

// overlap returns the part of s that lies in [start, end), and whether there is
// any.
func (s Span) overlap(start, end time.Time) (Span, bool) {
	if start.Before(s.Start) {
		start = s.Start
	}
	if end.After(s.End) {
		end = s.End
	}
	return Span{start, end}, start.Before(end)
}

// Clock says where a segment's wall-clock time comes from.
type Clock string

// The clocks.
const (
	OriginClock  Clock = "origin"  // the source's EXT-X-PROGRAM-DATE-TIME
	ArrivalClock Clock = "arrival" // when the segment could first be had
)

// Segment is one recorded piece of a stream.
type Segment struct {
	Seq           int64         // number in the index; consecutive over restarts
	File          string        // name in the folder of the index
	Init          string        // name of its initialization section; empty for MPEG-TS
	Start         time.Time     // wall clock of its first frame
	Duration      time.Duration // as the source tells it
	Discontinuity bool          // timestamps or format may break before it
	Bytes         int64
	Origin        int64 // the source's own sequence number; −1 if it has none
	Clock         Clock
	Arrived       time.Time // when it was complete on disk
}

// End is the wall clock behind its last frame.
func (s Segment) End() time.Time { return s.Start.Add(s.Duration) }

// Reasons of gaps, as clip.Gap carries them.
const (
	GapMissing    = "missing-segment" // listed by the source but not to be had
	GapStall      = "stall"           // the source sent nothing
	GapRestart    = "restart"         // the recorder was not running
	GapExpired    = "expired"         // it has left the rolling buffer
	GapDiskFull   = "disk-full"       // there was no room to store it
	GapUnrecorded = "unrecorded"      // before the recording began or after it ended
)

// Coverage is what the index holds of a span.
type Coverage struct {
	Segments       []Segment  // those that reach into the span, in order of recording
	Gaps           []clip.Gap // the parts of the span that no segment holds
	Covered        time.Duration
	Oldest, Newest time.Time // of the whole buffer; zero while it is empty
	Expired        time.Time // end of what was pruned last; zero if nothing was
	Done           bool      // the buffer reaches past the span's end, or nothing will be added
}
