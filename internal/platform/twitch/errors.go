package twitch

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// ErrNeedsLogin is wrapped by errors that only a person can mend: the account
// has to grant access anew.
var ErrNeedsLogin = errors.New("the account needs a new login")

// Error is a call that failed.
type Error struct {
	Platform  string // always "twitch"
	Operation string // such as "helix streams"
	// Status is the HTTP status, or zero when there was no answer.
	Status int
	// Retry tells whether the same call may succeed later.
	Retry bool
	// RetryAfter is how long to wait before that, when the server said it.
	RetryAfter time.Duration
	// Message is the server's explanation, shortened and without secrets.
	Message string
	Err     error
}

// Error implements error.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %s", e.Platform, e.Operation)
	if e.Status != 0 {
		text += fmt.Sprintf(": status %d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	switch {
	case e.RetryAfter > 0:
		text += fmt.Sprintf(" (will be retried after %s)", e.RetryAfter)
	case e.Retry:
		text += " (will be retried)"
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether the same call may succeed later.
func (e *Error) Retryable() bool { return e.Retry }
