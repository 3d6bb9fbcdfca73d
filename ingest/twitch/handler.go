package twitch

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Handler receives what a Client reads. Its methods are called from the
// goroutines that read the wire, so they have to return quickly: a slow handler
// delays the chat of every channel on the same connection.
type Handler interface {
	// OnEvent is called for every chat message and for everything else in chat
	// that is an event, in the order of the wire.
	OnEvent(event chat.Event)
	// OnOther is called for every other thing that happened in a channel, and to
	// count what moderators did, before its event.
	OnOther(kind OtherKind)
	// OnGap tells that chat of the channel may have been missed between from
	// and to. It is called once the channel is being read again and before the
	// first event that follows.
	OnGap(channel string, from, to time.Time, reason string)
	// OnState tells that a channel's state changed; detail says why and is empty
	// for a healthy state. Calls for one channel come in order.
	OnState(channel string, state State, detail string)
}

// OtherKind names a thing that happened in chat and is not an event.
type OtherKind string

// The kinds that are told apart.
const (
	OtherClearChat  OtherKind = "clearchat"  // a user was timed out or banned, or the chat was cleared
	OtherClearMsg   OtherKind = "clearmsg"   // one message was deleted
	OtherUserNotice OtherKind = "usernotice" // what the platform tells a channel and is no event: rituals, milestones, the single gifts of a bomb …
	OtherNotice     OtherKind = "notice"     // the server's remark about the channel or our message
)

// State is the state of one channel, in the words that the platform status
// table and the exports use.
type State string

// The states of a channel.
const (
	StateConnecting State = "connecting"  // not read yet, being worked on
	StateLive       State = "live"        // joined; chat is read
	StateDegraded   State = "degraded"    // not read at the moment, or read but not writable; detail says which
	StateNeedsLogin State = "needs_login" // the account's token is refused; nothing happens until Resume
	StatePaused     State = "paused"      // parked: the platform refuses this channel; it is tried again much later, or when it is joined anew
	StateInactive   State = "inactive"    // parted
)

// Status is what States tells about one channel.
type Status struct {
	CreatorID string
	State     State
	Detail    string
	Since     time.Time // when the channel came into this state
	LastRead  time.Time // when anything was last heard on its connection; zero before the first
	Moderator bool      // whether the account is moderator or broadcaster there
	SendOff   string    // why the channel cannot be written to, or empty
}
