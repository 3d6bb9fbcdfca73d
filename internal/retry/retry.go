package retry

import (
	"errors"
	"time"
)

// Worth reports whether an error says of itself that trying again may help:
// Retryable() bool.
func Worth(err error) bool {
	var r interface{ Retryable() bool }
	return errors.As(err, &r) && r.Retryable()
}

// In is the wait before that which an error names, or zero: RetryIn() time.Duration.
func In(err error) time.Duration {
	var r interface{ RetryIn() time.Duration }
	if errors.As(err, &r) {
		return r.RetryIn()
	}
	return 0
}

// Uncertain reports whether an error says of itself that what failed may have been
// carried out: Unanswered() bool.
func Uncertain(err error) bool {
	var u interface{ Unanswered() bool }
	return errors.As(err, &u) && u.Unanswered()
}
