package twitch

import (
	"errors"
	"fmt"
	"time"
)

// Errors of the calls on a Client.
var (
	// ErrRunning is returned by Run when the client runs already or ran before.
	ErrRunning = errors.New("twitch chat client was already run")
	// ErrChannelName is returned by Join for a name that cannot be a channel's.
	ErrChannelName = errors.New("not a twitch channel name")
)

// LoginError says that the chat server refused the account. Waiting does not
// mend it.
type LoginError struct {
	Login  string
	Notice string // the server's words
}

// Error implements error.
func (e *LoginError) Error() string {
	return fmt.Sprintf("twitch chat refused the login of %q: %s", e.Login, e.Notice)
}

// CapabilityError says that the server does not grant what the reader cannot do
// without.
type CapabilityError struct{ Refused string }

// Error implements error.
func (e *CapabilityError) Error() string {
	return fmt.Sprintf("twitch chat refused the capabilities %q", e.Refused)
}

// Refusal is why a message was not sent, or may not have been.
type Refusal string

// The refusals that callers tell apart.
const (
	RefusedEmpty        Refusal = "empty"         // nothing is left of the text
	RefusedReadOnly     Refusal = "read_only"     // the connection is anonymous
	RefusedNotJoined    Refusal = "not_joined"    // the channel is not one of this client's
	RefusedNotConnected Refusal = "not_connected" // the channel did not become live in time
	RefusedDisabled     Refusal = "send_disabled" // the platform does not let the account write there
	RefusedThrottled    Refusal = "throttled"     // a limit leaves no room in time; see RetryAfter
	RefusedDuplicate    Refusal = "duplicate"     // the same text was sent within the last seconds
	RefusedPlatform     Refusal = "platform"      // the server answered with a refusal; see Notice
	RefusedBudget       Refusal = "budget"        // the budget could not be asked
	Unconfirmed         Refusal = "unconfirmed"   // written, but no answer came
)

// SendError says why Send failed.
type SendError struct {
	Channel string
	Refusal Refusal
	// Notice is the server's id of the refusal, such as msg_slowmode, or empty.
	Notice string
	// RetryAfter is the wait that a limit still asks for, or zero.
	RetryAfter time.Duration
	// MaybeSent tells that the line left this host, so that the message may have
	// appeared. It must not be repeated blindly.
	MaybeSent bool
	Err       error
}

// Error implements error.
func (e *SendError) Error() string {
	text := fmt.Sprintf("send to twitch channel %s: %s", e.Channel, e.Refusal)
	if e.Notice != "" {
		text += " (" + e.Notice + ")"
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }

// Reasons for the end of a connection.
var (
	errReconnect = errors.New("server asked to reconnect")
	errNoPong    = errors.New("no answer to PING")
	errHandshake = errors.New("handshake timed out")
	errRefreshed = errors.New("trying again with a refreshed token")
	errReplaced  = errors.New("another account is logged in")
)

// budgetError says that the shared budget could not be asked.
type budgetError struct {
	bucket string
	err    error
}

// Error implements error.
func (e *budgetError) Error() string { return "twitch " + e.bucket + " budget: " + e.err.Error() }

// Unwrap implements the interface of errors.Unwrap.
func (e *budgetError) Unwrap() error { return e.err }
