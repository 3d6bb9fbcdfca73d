package youtube

import (
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

// conclude takes in what was found out about a channel, which is looked at again at
// the given time.
func (d *detector) conclude(i inquiry, videos map[string]youtube.Video, next time.Time) {
	c, ch := d.c, i.ch
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	if ch.removed {
		return
	}
	ch.due, ch.known = next, true
	ch.sort(i, videos)
	live := liveOf(i, videos)
	switch {
	case live == nil && ch.reader != nil:
		if ch.misses++; ch.misses >= missesUntilOver {
			ch.reader.outdated = true
			ch.reader.cancel()
		}
	case live == nil:
		c.offline(ch)
	case ch.reader != nil:
		ch.misses = 0
		if ch.live != nil && ch.live.ID == live.ID {
			ch.live = live
		}
	case live.ChatID == "":
		c.chatless(ch, live)
	default:
		c.begin(ch, *live)
	}
}

// sort remembers which videos need not be asked about again, and which do although
// newer uploads hide them.
func (ch *channel) sort(i inquiry, videos map[string]youtube.Video) {
	for _, id := range i.videos {
		v, known := videos[id]
		ch.coming.drop(id)
		switch {
		case !known:
		case v.State == "upcoming":
			ch.coming.set(id, struct{}{})
		case v.State != "live" && (v.Scheduled.IsZero() && v.Started.IsZero() || !v.Ended.IsZero()):
			ch.over.set(id, struct{}{})
		}
	}
}

// chatless is a broadcast without a chat: the owner turned it off. The caller holds
// the mutex.
func (c *Client) chatless(ch *channel, live *youtube.Video) {
	if ch.live == nil || ch.live.ID != live.ID {
		ch.memory = newMemory("", c.cfg.Clock())
		ch.memory.convert = converter{channel: ch.name, creatorID: ch.creatorID, videoID: live.ID}
		c.announce(ch, *live, c.cfg.Clock())
	}
	ch.live, ch.misses = live, 0
	if soon := c.cfg.Clock().Add(c.cfg.Timing.Disabled); soon.After(ch.due) {
		ch.due = soon
	}
	c.setState(ch, StatePaused, "the broadcast's chat is turned off")
}

// drop forgets an entry.
func (r *recent[V]) drop(key string) {
	if _, known := r.values[key]; !known {
		return
	}
	delete(r.values, key)
	r.order = slices.DeleteFunc(r.order, func(k string) bool { return k == key })
}
