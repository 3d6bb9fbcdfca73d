package youtube

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Causes that callers decide on; an *Error wraps them.
var (
	// ErrNeedsLogin means that only a person can help: the account has to grant
	// access anew.
	ErrNeedsLogin = errors.New("the account needs a new login")
	// ErrSessionLost means that the server no longer knows an upload session,
	// or that its address cannot be one.
	ErrSessionLost = errors.New("the upload session is gone")
	// ErrIdle means that nothing moved for too long.
	ErrIdle = errors.New("nothing moved for too long")
	// ErrBroken means that an answer arrived and makes no sense. What was asked
	// for may have happened.
	ErrBroken = errors.New("the answer makes no sense")
)

// Error is a call that failed.
type Error struct {
	Operation  string        // such as "videos.insert send"
	Status     int           // HTTP status; zero when there was no answer
	Reason     string        // the platform's own word, such as "quotaExceeded"; may be empty
	Message    string        // its explanation, shortened and without secrets
	RetryAfter time.Duration // how long it wants to be left alone; zero when it did not say
	Unsent     bool          // certainly never reached the platform
	Err        error         // the cause; may be nil
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "youtube: %s", e.Operation)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": status %d %s", e.Status, http.StatusText(e.Status))
	}
	for _, text := range []string{e.Reason, e.Message} {
		if text != "" {
			b.WriteString(": " + text)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Exhausted reports whether the day's quota is used up, so that nothing is
// taken before midnight in Los Angeles. The quota of uploads is announced as a
// rate limit whose message alone says that it is one "per day".
func (e *Error) Exhausted() bool {
	switch e.Reason {
	case "quotaExceeded", "dailyLimitExceeded", "uploadLimitExceeded":
		return true
	}
	return e.Throttled() && strings.Contains(strings.ToLower(e.Message), "per day")
}

// Throttled reports whether the call came too soon after others.
func (e *Error) Throttled() bool {
	switch e.Reason {
	case "rateLimitExceeded", "userRateLimitExceeded":
		return true
	}
	return e.Status == http.StatusTooManyRequests
}

// Doubtful reports whether what was asked for may have happened although the
// call failed: there was no answer, a broken one, or one of the server's own
// faults.
func (e *Error) Doubtful() bool {
	switch {
	case e.Unsent || e.Throttled() || errors.Is(e.Err, ErrSessionLost) || errors.Is(e.Err, ErrNeedsLogin):
		return false
	case e.Status >= 400 && e.Status < 500:
		return e.Status == http.StatusRequestTimeout || e.Reason == "backendError" || e.Reason == "internalError"
	}
	return true
}

// cleaned is a cause whose text was freed of addresses and secrets.
type cleaned struct {
	text string
	err  error
}

// Error implements error.
func (c *cleaned) Error() string { return c.text }

// Unwrap returns the cause.
func (c *cleaned) Unwrap() error { return c.err }
