package youtube

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Handler receives what a Client reads. Its methods are called one at a time and
// have to return quickly: a slow handler delays the chat of every channel.
type Handler interface {
	// OnEvents is called with what one page of a chat holds, in its order. The
	// slice is the handler's.
	OnEvents(events []chat.Event)
	// OnGap tells that chat of the channel may have been missed between from
	// and to. It is called once the channel is being read again and before the
	// first event that follows.
	OnGap(channel string, from, to time.Time, reason string)
	// OnSource tells how a channel's chat is read from now on: by the push stream or by
	// polling.
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
	StateConnecting State = "connecting"        // not known yet whether it is live, or its chat is being opened
	StateLive       State = "live"              // its chat is read
	StateDegraded   State = "degraded"          // its chat is not read at the moment; detail says why
	StateQuota      State = "waiting_for_quota" // nothing is asked before the quota's next day
	StateNeedsLogin State = "needs_login"       // the account's token or key is refused; nothing happens until Resume
	StatePaused     State = "paused"            // the platform refuses this channel or its chat; it is tried again much later
	StateInactive   State = "inactive"          // offline or parted: there is nothing to read
)

// Reasons of gaps.
const (
	GapNetwork = "network"    // no answer, or half of one
	GapServer  = "server"     // the platform's own fault
	GapQuota   = "quota"      // the day's quota was used up
	GapLogin   = "login"      // the account needed a login
	GapRestart = "page_token" // the place where reading had come to was no longer known
)

// Status is what States tells about one channel.
type Status struct {
	CreatorID string
	State     State
	Detail    string
	Since     time.Time // when the channel came into this state
	LastRead  time.Time // when a page of its chat was read last; zero before the first
	VideoID   string    // of the broadcast that is going on, or empty
	Polling   bool      // whether its chat is polled because the stream is refused
	SendOff   string    // why the chat cannot be written to, or empty
}
