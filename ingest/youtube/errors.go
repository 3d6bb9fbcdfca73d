package youtube

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Errors of the calls on a Client.
var (
	// ErrRunning is returned by Run when the client runs already or ran before.
	ErrRunning = errors.New("youtube chat client was already run")
	// ErrChannelName is returned by Join for a name that cannot be a channel's.
	ErrChannelName = errors.New("neither a youtube channel id nor a handle")
	// ErrUnknown is returned by Live while it is not known which of the channels
	// are live.
	ErrUnknown = errors.New("not known yet which youtube channels are live")
)

// UnknownError is Live's when it is not known yet of some channels whether they are
// live. It is an ErrUnknown.
type UnknownError struct {
	Channels []string // as they were asked about
}

// Error implements error.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s: %d of them", ErrUnknown, len(e.Channels))
}

// Unwrap returns ErrUnknown.
func (e *UnknownError) Unwrap() error { return ErrUnknown }

// Unknown reports whether it is not known of a channel.
func (e *UnknownError) Unknown(channel string) bool { return slices.Contains(e.Channels, channel) }

// Refusal is why a message was not sent or deleted, or may not have been.
type Refusal string

// The refusals that callers tell apart.
const (
	RefusedEmpty      Refusal = "empty"         // nothing is left of the text
	RefusedTooLong    Refusal = "too_long"      // more characters than the platform takes
	RefusedReadOnly   Refusal = "read_only"     // there is a key and no account
	RefusedNotJoined  Refusal = "not_joined"    // the channel is not one of this client's
	RefusedNotLive    Refusal = "not_live"      // there is no chat to write into
	RefusedDisabled   Refusal = "send_disabled" // the platform does not let the account write there
	RefusedThrottled  Refusal = "throttled"     // a limit leaves no room in time; see RetryAfter
	RefusedQuota      Refusal = "quota"         // the day's units are used up; see RetryAfter
	RefusedNeedsLogin Refusal = "needs_login"   // the account's token is refused
	RefusedPlatform   Refusal = "platform"      // the platform answered with a refusal; see Err
	RefusedBudget     Refusal = "budget"        // the budget or the meter could not be asked
	RefusedMessageID  Refusal = "message_id"    // the id is not one that the platform gave
	RefusedUnreached  Refusal = "not_connected" // the platform could not be reached
	Unconfirmed       Refusal = "unconfirmed"   // asked for, but no good answer came
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
func (e *SendError) Error() string { return refusal("send to", e.Channel, e.Refusal, e.Err) }

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
	return refusal("delete a message from", e.Channel, e.Refusal, e.Err)
}

// Unwrap returns the cause.
func (e *DeleteError) Unwrap() error { return e.Err }

func refusal(what, channel string, why Refusal, err error) string {
	text := fmt.Sprintf("%s youtube channel %s: %s", what, channel, why)
	if err != nil {
		text += ": " + err.Error()
	}
	return text
}

// meterError says that the quota could not be asked.
type meterError struct{ err error }

// Error implements error.
func (e *meterError) Error() string { return "youtube quota: " + e.err.Error() }

// Unwrap implements the interface of errors.Unwrap.
func (e *meterError) Unwrap() error { return e.err }
