package twitch

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/retry"
)

// Deletion names a message that is to be taken out of a channel's chat, as the
// platform's API wants it named.
type Deletion struct {
	RoomID    string // user id of the channel's owner
	AccountID string // user id of the account that deletes
	MessageID string // never empty: without one the API wipes the whole chat
}

// The refusals that only deletions meet.
const (
	RefusedNoAPI     Refusal = "no_api"     // the account has no access to the platform's API
	RefusedMessageID Refusal = "message_id" // the id is not one that the platform gave
)

// DeleteError says why a message was not deleted. Its cause is that of
// Config.Delete where that was called.
type DeleteError struct {
	Channel string
	Refusal Refusal
	// RetryAfter is when it may be tried again, or zero when that makes no sense.
	// A second deletion of the same message does no harm.
	RetryAfter time.Duration
	// MaybeDeleted tells that the answer was lost: the message may be gone.
	MaybeDeleted bool
	Err          error
}

// Error implements error.
func (e *DeleteError) Error() string {
	text := fmt.Sprintf("delete a message from twitch channel %s: %s", e.Channel, e.Refusal)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *DeleteError) Unwrap() error { return e.Err }

// deleteAgain is the wait before another try where the platform names none.
const deleteAgain = 5 * time.Second

// Delete takes a message out of a channel's chat. Chat itself has no command for
// that any more, so it goes through Config.Delete. nil means that the message is
// gone; every error is a *DeleteError.
func (c *Client) Delete(ctx context.Context, channelName, messageID string) error {
	deletion, refused := c.deletion(channelName, strings.TrimSpace(messageID))
	if refused != nil {
		return refused
	}
	err := c.cfg.Delete(ctx, deletion)
	if err == nil {
		return nil
	}
	failed := &DeleteError{Channel: channelName, Refusal: RefusedPlatform, Err: err, MaybeDeleted: retry.Uncertain(err)}
	if retry.Worth(err) {
		failed.RetryAfter = max(deleteAgain, retry.In(err))
	}
	return failed
}

// deletion names the message, if it can be deleted at all.
func (c *Client) deletion(name, messageID string) (Deletion, *DeleteError) {
	switch {
	case c.anonymous():
		return Deletion{}, &DeleteError{Channel: name, Refusal: RefusedReadOnly}
	case c.cfg.Delete == nil:
		return Deletion{}, &DeleteError{Channel: name, Refusal: RefusedNoAPI}
	case messageID == "" || strings.HasPrefix(messageID, derivedPrefix):
		return Deletion{}, &DeleteError{Channel: name, Refusal: RefusedMessageID}
	}
	clean, err := channelName(name)
	if err != nil {
		return Deletion{}, &DeleteError{Channel: name, Refusal: RefusedNotJoined, Err: err}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.channels[clean]
	switch {
	case ch == nil:
		return Deletion{}, &DeleteError{Channel: clean, Refusal: RefusedNotJoined}
	case ch.roomID == "" || c.ownID == "":
		return Deletion{}, &DeleteError{Channel: clean, Refusal: RefusedNotConnected, RetryAfter: deleteAgain}
	}
	return Deletion{RoomID: ch.roomID, AccountID: c.ownID, MessageID: messageID}, nil
}
