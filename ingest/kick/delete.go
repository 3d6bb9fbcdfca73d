package kick

import (
	"context"
	"errors"
	"strings"
	"time"

	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/retry"
)

// deleteAgain is the wait before another try where the platform names none.
const deleteAgain = 5 * time.Second

// Delete takes a message out of a channel's chat; nil means that it is gone, also
// when it was gone before. Every error is a *DeleteError.
func (c *Client) Delete(ctx context.Context, name, messageID string) error {
	messageID = ownID(strings.TrimSpace(messageID))
	api := c.access()
	c.mu.Lock()
	ch, parked := c.channels[name], c.parked
	if !time.Now().Before(c.parkedUntil) {
		parked = nil
	}
	c.mu.Unlock()
	failed := &DeleteError{Channel: name}
	switch {
	case api.reads():
		failed.Refusal = RefusedReadOnly
	case messageID == "":
		failed.Refusal = RefusedMessageID
	case ch == nil:
		failed.Refusal = RefusedNotJoined
	case parked != nil:
		failed.Refusal, failed.Err = RefusedNeedsLogin, parked
	}
	if failed.Refusal != "" {
		return failed
	}
	err := api.DeleteMessage(ctx, messageID)
	if err == nil || errors.Is(err, platform.ErrNotFound) {
		return nil
	}
	failed.Refusal, failed.Err, failed.MaybeDeleted = RefusedPlatform, err, retry.Uncertain(err)
	switch {
	case c.refusedLogin(api, err, true):
		failed.Refusal = RefusedNeedsLogin
	case errors.Is(err, platform.ErrForbidden):
		failed.Refusal = RefusedDisabled
	case retry.Worth(err):
		failed.RetryAfter = max(deleteAgain, retry.In(err))
	}
	return failed
}
