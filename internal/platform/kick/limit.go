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
	a.client.limits.Learn(a.name, a.client.cfg.Clock().Add(failed.RetryAfter))
}

// awaitRoom waits until the server takes calls again, if that is soon.
func (a *API) awaitRoom(ctx context.Context, operation string) error {
	c := a.client
	return c.caller.Pause(ctx, operation, c.limits.Until(a.name).Sub(c.cfg.Clock()))
}
