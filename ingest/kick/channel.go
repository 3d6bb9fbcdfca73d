package kick

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/pacing"
)

// phase is where a channel stands.
type phase int

const (
	phaseUnknown     phase = iota // its numbers are to be found out when due
	phaseWaiting                  // to be subscribed to on its connection
	phaseSubscribing              // the subscription's confirmation is awaited
	phaseJoined
	phaseParked // refused by the platform; everything begins anew when due
)

// channel is one channel of a client. Its fields belong to the client's mutex.
type channel struct {
	name      string // slug
	creatorID string
	phase     phase
	removed   bool
	session   *session

	chatroomID    int64 // what the message service calls its chat
	channelID     int64 // what it calls the channel; zero when it is not known
	broadcasterID int64 // its owner's user id; zero when it is not known
	started       time.Time

	state  State
	detail string
	since  time.Time
	heard  time.Time
	hooked bool // a webhook was called for it

	due       time.Time // phaseUnknown and phaseParked: not before
	confirmBy time.Time // phaseSubscribing
	attempts  int       // in a row, of finding out or of subscribing
	refusals  int       // of the subscription, in a row

	gapFrom   time.Time // zero when nothing may have been missed
	gapReason string

	off      string      // why nothing may be written, or empty
	sends    pacing.Line // has a lock of its own
	nextSend time.Time
}

// namePattern is what the platform makes names of channels of.
var namePattern = regexp.MustCompile(`^[a-z0-9_-]{1,50}$`)

func channelName(name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if !namePattern.MatchString(name) {
		return "", fmt.Errorf("%w: %.60q", ErrChannelName, name)
	}
	return name, nil
}

// chatTopic is what the message service calls the channel's chat.
func (ch *channel) chatTopic() string { return fmt.Sprintf("chatrooms.%d.v2", ch.chatroomID) }

// topics are all that is subscribed to for the channel.
func (ch *channel) topics() []string {
	if ch.channelID == 0 {
		return []string{ch.chatTopic()}
	}
	return []string{ch.chatTopic(), fmt.Sprintf("channel.%d", ch.channelID)}
}

func (ch *channel) place(received time.Time) place {
	return place{creatorID: ch.creatorID, channel: ch.name, started: ch.started, received: received}
}

// setState notes a state and tells the handler of a change once the lock is
// released.
func (c *Client) setState(ch *channel, state State, detail string) {
	if ch.state == state && ch.detail == detail {
		return
	}
	ch.state, ch.detail, ch.since = state, detail, c.cfg.Clock()
	name := ch.name
	c.mu.Note(func() { c.handler.OnState(name, state, detail) })
}

// confirmed marks a channel as read and closes its gap.
func (c *Client) confirmed(ch *channel) {
	if ch.phase == phaseJoined {
		return
	}
	ch.phase, ch.attempts, ch.refusals = phaseJoined, 0, 0
	if !ch.gapFrom.IsZero() {
		name, from, to, reason := ch.name, ch.gapFrom, c.cfg.Clock(), ch.gapReason
		ch.gapFrom, ch.gapReason = time.Time{}, ""
		c.stats.gaps.Add(1)
		c.mu.Note(func() { c.handler.OnGap(name, from, to, reason) })
	}
	c.showJoined(ch)
}

// showJoined states how well a channel that is read works.
func (c *Client) showJoined(ch *channel) {
	switch {
	case ch.phase != phaseJoined:
	case c.parked != nil:
		c.setState(ch, StateNeedsLogin, "chat is read; cannot write: "+c.parked.Error())
	case ch.off != "":
		c.setState(ch, StateDegraded, "cannot write: "+ch.off)
	default:
		c.setState(ch, StateLive, "")
	}
}

// dropped marks a channel as not read any more since that time.
func (c *Client) dropped(ch *channel, since time.Time, reason string) {
	if ch.phase == phaseJoined {
		ch.gapFrom, ch.gapReason = since, reason
	}
	if ch.phase == phaseJoined || ch.phase == phaseSubscribing {
		ch.phase = phaseWaiting
	}
	if ch.phase == phaseWaiting {
		c.setState(ch, StateDegraded, reason)
	}
}

// park leaves a channel alone for a long while.
func (c *Client) park(ch *channel, reason string) {
	ch.phase, ch.due, ch.attempts = phaseParked, time.Now().Add(c.cfg.Timing.Parked), 0
	c.setState(ch, StatePaused, reason)
}

// forget has the channel's numbers found out anew; those that it has may be what
// the platform does not know any more.
func (c *Client) forget(ch *channel, reason string) {
	ch.phase, ch.due, ch.attempts = phaseUnknown, time.Time{}, 0
	ch.chatroomID, ch.channelID = 0, 0
	c.setState(ch, StateDegraded, reason)
	c.pokeResolver()
}
