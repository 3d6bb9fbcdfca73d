package kick

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Handler receives what a Client reads. Its methods are called from the
// goroutines that read the wire and from those that serve webhooks, so they have
// to return quickly.
type Handler interface {
	// OnEvent is called for everything in chat that is an event, once, in the order
	// of the source that was first to tell of it.
	OnEvent(event chat.Event)
	// OnGap tells that chat of the channel may have been missed between from
	// and to. It is called once the channel is being read again and before the
	// first event that follows.
	OnGap(channel string, from, to time.Time, reason string)
	// OnSource tells that a channel is read in a further way: webhooks are called for it.
	OnSource(channel string, via chat.Via)
	// OnState tells that a channel's state changed; detail says why and is empty
	// for a healthy state. Calls for one channel come in order.
	OnState(channel string, state State, detail string)
}

// State is the state of one channel, in the words that the platform status
// table and the exports use.
type State string

// The states of a channel.
const (
	StateConnecting State = "connecting"  // not read yet, being worked on
	StateLive       State = "live"        // subscribed; chat is read
	StateDegraded   State = "degraded"    // not read at the moment, or read but not writable; detail says which
	StateNeedsLogin State = "needs_login" // the account's login is refused: chat is read and cannot be written until Resume
	StatePaused     State = "paused"      // parked: the platform refuses this channel or the connection; it is tried again much later, or when it is joined anew
	StateInactive   State = "inactive"    // parted
)

// Status is what States tells about one channel.
type Status struct {
	CreatorID  string
	State      State
	Detail     string
	Since      time.Time // when the channel came into this state
	LastEvent  time.Time // when anything of the channel was last heard; zero before the first
	ChatroomID int64     // zero when it is not known
	SendOff    string    // why the channel cannot be written to, or empty
}
