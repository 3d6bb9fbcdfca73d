package kick

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// blind is the wait after a refusal that does not say how long. The platform
// publishes no limits.
const blind = 5 * time.Second

// learn notes from a refusal when there will be room again.
func (a *API) learn(err error) {
	var failed *Error
	if !errors.As(err, &failed) || failed.Status != http.StatusTooManyRequests {
		return
	}
	if failed.RetryAfter <= 0 {
		failed.RetryAfter = blind
	}
	c := a.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := c.cfg.Clock().Add(failed.RetryAfter); until.After(c.limits[a.name]) {
		c.limits[a.name] = until
	}
}

// awaitRoom waits until the server takes calls again, if that is soon.
func (a *API) awaitRoom(ctx context.Context, operation string) error {
	c := a.client
	c.mu.Lock()
	pause := c.limits[a.name].Sub(c.cfg.Clock())
	c.mu.Unlock()
	if pause <= 0 {
		return nil
	}
	limited := &Error{
		Platform: platform, Operation: operation, Status: http.StatusTooManyRequests,
		Retry: true, Unreached: true, RetryAfter: pause, Message: "rate limit is used up",
	}
	if deadline, ok := ctx.Deadline(); pause > c.cfg.MaxWait || (ok && time.Until(deadline) < pause) {
		return limited
	}
	if err := wait(ctx, pause); err != nil {
		limited.Err = err
		return limited
	}
	return nil
}
