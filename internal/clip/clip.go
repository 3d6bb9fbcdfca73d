package clip

import (
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Request is what the data plane decided: cut this span of this creator's
// stream. It is the input of the Clip workflow, so it holds no secrets and
// stays small.
type Request struct {
	ClipID      string
	JobID       string // UUID of the row in clip_jobs
	CreatorID   string
	Creator     string // display name
	Title       string // full title with the marker, see Title
	SourceTitle string // what the stream or the requester called the moment
	Platform    chat.Platform
	Channel     string
	MessageID   string // message that asked, or empty for an operator's request
	RequestedBy string // "<platform>:<login>"
	Clipper     string // display name of the requester
	RequestedAt time.Time
	Start, End  time.Time // wall-clock span of the source
	Destination string    // name of the first destination, e.g. "folder": its address is the clip's

	// More are further destinations, in the order in which they are shown. An
	// empty Destination means "folder": see Destinations.
	More []string `json:",omitempty"`
}

// defaultDestination is where a clip goes whose request names no destination.
const defaultDestination = "folder"

// Destinations returns where the clip goes, the first destination first, each
// once. It is never empty.
func (r Request) Destinations() []string {
	names := []string{r.Destination}
	if r.Destination == "" {
		names[0] = defaultDestination
	}
	for _, name := range r.More {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Length is the requested duration.
func (r Request) Length() time.Duration { return r.End.Sub(r.Start) }

// Clip is a clip as the store keeps it.
type Clip struct {
	Request
	State       State
	Seq         int    // number of the last change
	Reason      string // why it failed, in words for its creator; empty otherwise
	FailureCode Code   // machine-readable kind of the failure; empty otherwise
	OutputPath  string // relative to the state directory, empty until encoded
	Duration    time.Duration
	Bytes       int64
	SHA256      string
	Gaps        []Gap  // parts of the span for which the source sent nothing
	URL         string // at the first destination, once the clip is published; see Upload for the others
	Thumbnail   string // relative path of the picture, empty until encoded
	CreatedAt   time.Time
	UpdatedAt   time.Time
	PublishedAt time.Time // zero until published
}

// Gap is a part of a clip's span that the capture does not hold.
type Gap struct {
	Start, End time.Time
	Reason     string // "stall", "expired", "restart", "missing-segment", …
}

// Span returns the wall-clock span of a clip of the given length that was asked
// for at anchor: it ends postRoll after the anchor and starts length before its
// end. latency is how far the viewers' picture lags behind the source's clock.
func Span(anchor time.Time, length, postRoll, latency time.Duration) (start, end time.Time) {
	end = anchor.Add(-latency).Add(postRoll)
	return end.Add(-length), end
}
