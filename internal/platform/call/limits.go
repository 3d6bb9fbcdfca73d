package call

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
)

// Limits remembers until when a platform takes no calls, for each source of tokens
// by its name. It may be used by many goroutines; its zero value knows of none.
type Limits struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// Learn notes that nothing may be asked before a time. An earlier one than is known
// changes nothing.
func (l *Limits) Learn(name string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[string]time.Time{}
	}
	if until.After(l.until[name]) {
		l.until[name] = until
	}
}

// Until is the time before which nothing may be asked; zero when none is known.
func (l *Limits) Until(name string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.until[name]
}

// Pause waits for room under a limit, if that is not longer than MaxWait and the
// context last. Otherwise it fails with an *Error that has the wait in it.
func (c *Caller) Pause(ctx context.Context, operation string, pause time.Duration) error {
	if pause <= 0 {
		return nil
	}
	limited := &Error{
		Platform: c.Platform, Operation: operation, Status: http.StatusTooManyRequests,
		Retry: true, Unreached: true, RetryAfter: pause, Message: "rate limit is used up",
	}
	if deadline, ok := ctx.Deadline(); pause > c.MaxWait || (ok && time.Until(deadline) < pause) {
		return limited
	}
	if err := backoff.Wait(ctx, pause); err != nil {
		limited.Err = err
		return limited
	}
	return nil
}
