package kick

import (
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/platform/kick/pusher"
)

// OnSubscribed implements pusher.Handler.
func (s *session) OnSubscribed(topic string) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockHavingTold()
	if ch := s.topics[topic]; ch != nil && topic == ch.chatTopic() {
		s.c.confirmed(ch)
	}
}

// OnRefused implements pusher.Handler. A chat that is refused may have another
// number by now; one that is refused again is left alone for long.
func (s *session) OnRefused(topic, why string) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	ch := s.topics[topic]
	if ch == nil || topic != ch.chatTopic() {
		s.c.cfg.Log.Debug().Str("topic", topic).Str("reason", why).Msg("a kick subscription was refused")
		return
	}
	s.c.stats.fatal.Add(1)
	s.c.cfg.Log.Error().Str("channel", ch.name).Str("reason", why).Msg("the message service refuses a kick channel")
	s.untopic(ch)
	if ch.refusals++; ch.refusals > 1 {
		ch.chatroomID, ch.channelID, ch.refusals = 0, 0, 0
		s.c.park(ch, "subscription was refused: "+why)
		return
	}
	s.c.forget(ch, "subscription was refused: "+why)
}

// OnBroken implements pusher.Handler.
func (s *session) OnBroken(err error) { s.c.broken(err) }

// OnMessage implements pusher.Handler.
func (s *session) OnMessage(m pusher.Message, received time.Time) {
	received = received.UTC()
	s.c.mu.Lock()
	ch := s.topics[m.Channel]
	if ch == nil || ch.removed {
		s.c.mu.Unlock()
		return
	}
	at := ch.place(received)
	s.c.mu.Unlock()
	t, err := fromPusher(m, at)
	if s.c.understood(err, m.Event) {
		s.progress.Sent(t.event.SentAt, received)
		s.c.stats.pusher.Add(1)
		s.c.emit(viaPusher, t)
	}
}

// Deliver takes in what a webhook told. It returns at once. What is about no
// channel of this client is dropped and counted: several clients can be given the
// same deliveries.
func (c *Client) Deliver(d platform.Delivery) {
	about, err := owner(d.Body)
	if err != nil {
		c.broken(err)
		return
	}
	c.mu.Lock()
	ch := c.owned(about)
	if ch == nil {
		c.mu.Unlock()
		c.stats.foreign.Add(1)
		return
	}
	at := ch.place(c.cfg.Clock())
	if name := ch.name; !ch.hooked {
		ch.hooked = true
		c.mu.Note(func() { c.handler.OnSource(name, chat.Webhook) })
	}
	c.mu.UnlockHavingTold()
	t, err := fromWebhook(d, at)
	if c.understood(err, d.Event) {
		c.stats.webhooks.Add(1)
		c.emit(viaWebhook, t)
	}
}

// owned finds the channel of a broadcaster.
func (c *Client) owned(about person) *channel {
	if ch := c.channels[slugOf(about.author().Login)]; ch != nil {
		return ch
	}
	for _, ch := range c.channels {
		if ch.broadcasterID != 0 && decimal(ch.broadcasterID) == about.author().ID {
			return ch
		}
	}
	return nil
}

// understood counts what is no event, and what could not be read.
func (c *Client) understood(err error, name string) bool {
	switch {
	case err == nil:
		return true
	case errors.Is(err, errNoEvent):
		c.stats.countOther(name)
	default:
		c.broken(err)
	}
	return false
}

// loud is how many unreadable things are logged; the rest is only counted.
const loud = 20

func (c *Client) broken(err error) {
	if n := c.stats.broken.Add(1); n <= loud {
		c.cfg.Log.Warn().Err(err).Int64("count", n).Msg("something of kick chat could not be read")
	}
}
