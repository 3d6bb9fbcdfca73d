package youtube

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

// endsMax bounds the growth of the wait for a channel whose chat ends as soon as it
// is read.
const endsMax = 5

// ownID is the channel of the account, or "".
func (c *Client) ownID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own == nil {
		return ""
	}
	return c.own.ID
}

// begin reads the chat of a broadcast that was found. The caller holds the mutex.
func (c *Client) begin(ch *channel, video youtube.Video) {
	now := c.cfg.Clock()
	if ch.last != video.ID {
		ch.last, ch.sendOff, ch.ends = video.ID, "", 0
	}
	if ch.memory == nil || ch.memory.chatID != video.ChatID {
		ch.memory = newMemory(video.ChatID, now)
	}
	ch.memory.convert = converter{
		channel: ch.name, creatorID: ch.creatorID, videoID: video.ID, giftings: ch.memory.convert.giftings,
	}
	if ch.memory.convert.giftings == nil {
		ch.memory.convert.giftings = newRecent[gifting](giftingsMax)
	}
	c.announce(ch, video, now)
	ch.live, ch.misses = &video, 0
	if c.ended {
		return
	}
	ctx, cancel := context.WithCancel(c.ctx)
	r := &reader{
		c: c, ch: ch, cancel: cancel, video: video, memory: ch.memory,
		backoff: backoff.Backoff{Base: c.cfg.Timing.BackoffBase, Max: c.cfg.Timing.BackoffMax, Rand: c.cfg.Rand},
	}
	r.polling.Store(c.cfg.PollOnly)
	ch.reader = r
	c.setState(ch, StateConnecting, "")
	c.stats.readers.Add(1)
	c.running.Go(func() {
		defer cancel()
		defer c.stats.readers.Add(-1)
		out, why := r.run(ctx)
		c.finished(r, out, why)
	})
}

// announce tells of a broadcast that was not known to be live.
func (c *Client) announce(ch *channel, video youtube.Video, now time.Time) {
	if ch.live != nil && ch.live.ID == video.ID {
		return
	}
	event := ch.memory.convert.online(video, now)
	c.mu.Note(func() { c.handler.OnEvents([]chat.Event{event}) })
}

// finished takes note of why a chat is not read any more, and says when the channel
// is looked at again.
func (c *Client) finished(r *reader, out outcome, why string) {
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	ch, now, timing := r.ch, c.cfg.Clock(), c.cfg.Timing
	ch.reader = nil
	if r.outdated {
		out = over
	}
	switch out {
	case over:
		c.offline(ch)
		ch.due = now.Add(timing.Over << min(ch.ends, endsMax))
		ch.ends++
	case disabled:
		ch.due = now.Add(timing.Disabled)
		c.setState(ch, StatePaused, why)
	case parked:
		ch.due = now.Add(timing.Parked)
		c.setState(ch, StatePaused, why)
	case stopped:
		ch.due = now
	}
	token(c.wake)
}

// offline notes that a channel's broadcast ended. The caller holds the mutex.
func (c *Client) offline(ch *channel) {
	if ch.live == nil {
		c.setState(ch, StateInactive, "")
		return
	}
	now := c.cfg.Clock()
	if m := ch.memory; m != nil && m.seen.first("offline-"+ch.live.ID) {
		event := m.convert.offline(now, now)
		c.mu.Note(func() { c.handler.OnEvents([]chat.Event{event}) })
	}
	ch.live = nil
	c.setState(ch, StateInactive, "")
}
