package tokens

import (
	"errors"
	"time"
)

// ErrNeedsLogin is wrapped by errors that only a person can mend: the account has
// to grant access anew.
var ErrNeedsLogin = errors.New("the account needs a new login")

// Error is a token that could not be had.
type Error struct {
	Account Account
	// Reason is why, without secrets.
	Reason string
	// RetryAfter is how long to wait; zero when a person has to act, or nobody knows.
	RetryAfter time.Duration
	Err        error
}

// Error implements error.
func (e *Error) Error() string {
	text := e.Account.Platform + " account"
	if e.Account.Label != "" {
		text += " " + e.Account.Label
	}
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if errors.Is(e.Err, ErrNeedsLogin) {
		text += ": run " + LoginCommand(e.Account)
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether the same call may succeed later by itself.
func (e *Error) Retryable() bool { return !errors.Is(e.Err, ErrNeedsLogin) }

// NeedsLogin reports whether only a person can help.
func (e *Error) NeedsLogin() bool { return errors.Is(e.Err, ErrNeedsLogin) }

// RetryIn is how long to wait before the same call; zero when that is not known.
func (e *Error) RetryIn() time.Duration { return e.RetryAfter }
