package youtube

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

// deleteAgain is the wait before another try where the platform names none.
const deleteAgain = 5 * time.Second

// Delete takes a message out of a channel's chat. nil means that the message is
// gone, also when it was gone before; every error is a *DeleteError.
func (c *Client) Delete(ctx context.Context, name, messageID string) error {
	messageID = strings.TrimSpace(messageID)
	if refused := c.deletable(name, messageID); refused != nil {
		return refused
	}
	err := c.call(ctx, youtube.MethodDelete, func() error { return c.api().DeleteMessage(ctx, messageID) })
	var answered *youtube.Error
	if err == nil || errors.As(err, &answered) && answered.Status == http.StatusNotFound {
		return nil
	}
	failed := &DeleteError{Channel: name, Err: err}
	failed.Refusal, failed.RetryAfter = c.refusal(err)
	if answered != nil && answered.Doubtful() {
		failed.Refusal, failed.MaybeDeleted, failed.RetryAfter = Unconfirmed, true, deleteAgain
	}
	if failed.Refusal == RefusedBudget {
		failed.RetryAfter = deleteAgain
	}
	return failed
}

// deletable says why a message cannot be deleted at all; nil when it can.
func (c *Client) deletable(name, messageID string) *DeleteError {
	clean, err := checkName(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.api().CanWrite():
		return &DeleteError{Channel: name, Refusal: RefusedReadOnly}
	case messageID == "" || strings.HasPrefix(messageID, derivedPrefix):
		return &DeleteError{Channel: name, Refusal: RefusedMessageID}
	case err != nil || c.channels[clean] == nil:
		return &DeleteError{Channel: name, Refusal: RefusedNotJoined, Err: err}
	}
	return nil
}
