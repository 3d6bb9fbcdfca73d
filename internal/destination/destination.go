package destination

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Destination publishes clips at one place.
type Destination interface {
	// Name is what configuration and operators call it, for example "folder".
	Name() string

	// Publish publishes item, or finds it published already. It calls progress
	// with the number of bytes that have arrived, as far as it knows. An error
	// that is no *Error may be tried again.
	Publish(ctx context.Context, item Item, progress func(bytes int64)) (Published, error)
}

// Item is a clip's file, ready to be published.
type Item struct {
	ClipID    string
	CreatorID string
	Path      string // absolute
	Title     string // the full title with the marker
	Bytes     int64
	SHA256    string // lower-case hexadecimal

	// What titles and descriptions are made of.
	Creator     string // display name
	SourceTitle string // what the stream or the requester called the moment
	Clipper     string // display name of the requester
	RequestedAt time.Time

	// Insisted says that a person asked for this attempt: a place that refused
	// further clips for a time is asked whether it still does.
	Insisted bool
}

// Published is where an item can be seen.
type Published struct {
	URL string
	Ref string // the place's own name for it
}

// Kind says what to do about an Error.
type Kind string

// The kinds of errors.
const (
	Retry    Kind = "retry"    // may work in a while
	Final    Kind = "final"    // cannot work before somebody changed something
	Deferred Kind = "deferred" // works again at a known time
)

// Error is why an item was not published.
type Error struct {
	Kind        Kind
	Destination string
	Operation   string    // what was attempted, for the log
	Status      int       // the place's answer as HTTP has it; 0 when there was none
	Reason      string    // what the creator reads
	Until       time.Time // for Deferred: nothing is taken before

	// After is how long a Retry should wait at least, where the place said so;
	// zero leaves it to whoever retries.
	After time.Duration
	Err   error // the cause; may be nil
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%s)", e.Destination, e.Operation, e.Kind)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": status %d", e.Status)
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, ": %s", e.Reason)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
