package twitch

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// blind is the wait after a refusal that does not say how long.
const blind = 5 * time.Second

// learn notes from an answer when there will be room again.
func (h *Helix) learn(header http.Header, err error) {
	now := h.client.cfg.Clock()
	var failed *Error
	refused := errors.As(err, &failed) && failed.Status == http.StatusTooManyRequests
	if !refused && header.Get("Ratelimit-Remaining") != "0" {
		return
	}
	pause, known := resetAfter(header, now)
	if !known {
		if !refused {
			return
		}
		pause = blind
	}
	if refused {
		pause = max(pause, time.Second) // the reset is given in whole seconds
	}
	h.client.limits.Learn(h.name, now.Add(pause))
}

// awaitRoom waits until the rate limit has room again, if that is soon: what the
// platform said, and then what all hosts share.
func (h *Helix) awaitRoom(ctx context.Context, operation string) error {
	caller := &h.client.caller
	if err := caller.Pause(ctx, operation, h.client.limits.Until(h.name).Sub(h.client.cfg.Clock())); err != nil || h.client.cfg.Calls == nil {
		return err
	}
	for {
		err := h.client.cfg.Calls.TakeCall(ctx, h.name)
		var refused *budget.RefusedError
		switch {
		case err == nil:
			return nil
		case !errors.As(err, &refused):
			return &Error{Platform: platform, Operation: operation, Retry: true, Err: err}
		}
		if err := caller.Pause(ctx, operation, refused.Wait); err != nil {
			return err
		}
	}
}

// resetAfter reads how long the server wants to be left alone.
func resetAfter(header http.Header, now time.Time) (time.Duration, bool) {
	if unix, err := strconv.ParseInt(header.Get("Ratelimit-Reset"), 10, 64); err == nil && unix > 0 {
		return max(time.Unix(unix, 0).Sub(now), 0), true
	}
	return call.RetryAfter(header, now)
}
