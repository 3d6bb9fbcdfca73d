package twitch

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
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
	h.client.mu.Lock()
	defer h.client.mu.Unlock()
	if until := now.Add(pause); until.After(h.client.limits[h.name]) {
		h.client.limits[h.name] = until
	}
}

// awaitRoom waits until the rate limit has room again, if that is soon: what the
// platform said, and then what all hosts share.
func (h *Helix) awaitRoom(ctx context.Context, operation string) error {
	h.client.mu.Lock()
	pause := h.client.limits[h.name].Sub(h.client.cfg.Clock())
	h.client.mu.Unlock()
	if err := h.pause(ctx, operation, pause); err != nil || h.client.cfg.Calls == nil {
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
		if err := h.pause(ctx, operation, refused.Wait); err != nil {
			return err
		}
	}
}

// pause waits, if that is not longer than anybody has patience for.
func (h *Helix) pause(ctx context.Context, operation string, pause time.Duration) error {
	if pause <= 0 {
		return nil
	}
	limited := &Error{
		Platform: platform, Operation: operation, Status: http.StatusTooManyRequests,
		Retry: true, RetryAfter: pause, Message: "rate limit is used up",
	}
	if deadline, ok := ctx.Deadline(); pause > h.client.cfg.MaxWait || (ok && time.Until(deadline) < pause) {
		return limited
	}
	if err := wait(ctx, pause); err != nil {
		limited.Err = err
		return limited
	}
	return nil
}
