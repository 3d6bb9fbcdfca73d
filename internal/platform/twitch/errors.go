package twitch

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ErrNeedsLogin is wrapped by errors that only a person can mend: the account
// has to grant access anew.
var ErrNeedsLogin = errors.New("the account needs a new login")

// ErrMissingScope is wrapped by errors of calls that the account did not grant:
// a person has to grant the scope that the message names.
var ErrMissingScope = errors.New("the account has not granted the scope that this needs")

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

// RetryIn is how long to wait before the same call; zero when the server did not
// say.
func (e *Error) RetryIn() time.Duration { return e.RetryAfter }

// Unanswered reports whether the call may have been carried out although it
// failed: no answer came, or only a part of it, or the server broke over it.
func (e *Error) Unanswered() bool {
	return e.Retry && e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
}

// because adds what an answer means.
func (e *Error) because(cause error) *Error {
	meant := *e
	meant.Err = cause
	if e.Err != nil {
		meant.Err = fmt.Errorf("%w: %w", cause, e.Err)
	}
	return &meant
}

// lacksScope tells a token that may not do this from one that is not good at
// all; the status is the same.
func (e *Error) lacksScope() bool {
	return e.Status == http.StatusUnauthorized && strings.Contains(strings.ToLower(e.Message), "scope")
}
