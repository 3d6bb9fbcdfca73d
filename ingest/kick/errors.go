package kick

import (
	"errors"
	"fmt"
	"time"
)

// Errors of the calls on a Client.
var (
	// ErrRunning is returned by Run when the client runs already or ran before.
	ErrRunning = errors.New("kick chat client was already run")
	// ErrChannelName is returned by Join for a name that cannot be a channel's.
	ErrChannelName = errors.New("not a kick channel name")
)

// Refusal is why a message was not sent or deleted, or may not have been.
type Refusal string

// The refusals that callers tell apart.
const (
	RefusedEmpty      Refusal = "empty"         // nothing is left of the text
	RefusedReadOnly   Refusal = "read_only"     // the client has no account
	RefusedNotJoined  Refusal = "not_joined"    // the channel is not one of this client's
	RefusedUnknown    Refusal = "not_connected" // the channel's owner is not known yet
	RefusedNeedsLogin Refusal = "needs_login"   // the account's login is refused
	RefusedDisabled   Refusal = "send_disabled" // the platform does not let the account write there
	RefusedThrottled  Refusal = "throttled"     // a limit leaves no room in time; see RetryAfter
	RefusedPlatform   Refusal = "platform"      // the platform did not take it
	RefusedBudget     Refusal = "budget"        // the budget could not be asked
	RefusedMessageID  Refusal = "message_id"    // the id is not one that the platform gave
	Unconfirmed       Refusal = "unconfirmed"   // sent, but no answer came
)

// SendError says why Send failed.
type SendError struct {
	Channel string
	Refusal Refusal
	// RetryAfter is the wait that a limit still asks for, or zero.
	RetryAfter time.Duration
	// MaybeSent tells that the request left this host, so that the message may have
	// appeared. It must not be repeated blindly.
	MaybeSent bool
	Err       error
}

// Error implements error.
func (e *SendError) Error() string {
	return worded("send to", e.Channel, e.Refusal, e.Err)
}

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }

// DeleteError says why a message was not deleted.
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
	return worded("delete a message from", e.Channel, e.Refusal, e.Err)
}

// Unwrap returns the cause.
func (e *DeleteError) Unwrap() error { return e.Err }

func worded(what, channel string, refusal Refusal, err error) string {
	text := fmt.Sprintf("%s kick channel %s: %s", what, channel, refusal)
	if err != nil {
		text += ": " + err.Error()
	}
	return text
}
