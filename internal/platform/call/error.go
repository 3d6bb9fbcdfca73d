package call

import (
	"fmt"
	"net/http"
	"time"
)

// Error is a call that failed.
type Error struct {
	Platform  string // such as "kick"
	Operation string // such as "send message"
	// Status is the HTTP status, or zero when there was no answer.
	Status int
	// Retry tells whether the same call may succeed later.
	Retry bool
	// RetryAfter is how long to wait before that, when the server said it.
	RetryAfter time.Duration
	// Unreached tells that the request certainly did not get to the server.
	Unreached bool
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
		text += fmt.Sprintf(" (may be tried again after %s)", e.RetryAfter)
	case e.Retry:
		text += " (may be tried again)"
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether the same call may succeed later.
func (e *Error) Retryable() bool { return e.Retry }

// RetryIn is how long to wait before the same call; zero when the server did not
// say.
func (e *Error) RetryIn() time.Duration { return e.RetryAfter }

// Unanswered reports whether the call may have been carried out although it
// failed: no answer came, or only a part of it, or the server broke over it.
func (e *Error) Unanswered() bool {
	return e.Retry && !e.Unreached && e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
}

// Because returns the error with what an answer means as its cause.
func (e *Error) Because(cause error) *Error {
	meant := *e
	meant.Err = cause
	if e.Err != nil {
		meant.Err = fmt.Errorf("%w: %w", cause, e.Err)
	}
	return &meant
}
