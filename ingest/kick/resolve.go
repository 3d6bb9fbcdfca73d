package kick

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/retry"
)

// runResolver finds out the numbers of channels as they come.
func (c *Client) runResolver(ctx context.Context) {
	for ctx.Err() == nil {
		names, pause := c.unresolved(time.Now())
		if len(names) > 0 {
			c.resolveAll(ctx, names)
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-c.resolve:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// resolveBatch is how many channels are asked about at once.
const resolveBatch = 50

// unresolved returns channels whose numbers are to be found out, or how long
// there are none.
func (c *Client) unresolved(now time.Time) ([]string, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	pause := time.Minute
	for name, ch := range c.channels {
		if ch.phase != phaseUnknown && ch.phase != phaseParked {
			continue
		}
		if left := ch.due.Sub(now); left > 0 {
			pause = min(pause, left)
			continue
		}
		if len(names) < resolveBatch {
			names = append(names, name)
		}
	}
	return names, pause
}

func (c *Client) resolveAll(ctx context.Context, names []string) {
	owners := c.owners(ctx, names)
	for _, name := range names {
		if ctx.Err() != nil {
			return
		}
		c.resolveOne(ctx, name, owners[name])
	}
	poke(c.keep)
}

// owners asks the official API who owns the channels. It may not answer: reading
// does not need it.
func (c *Client) owners(ctx context.Context, names []string) map[string]platform.Channel {
	api := c.access()
	if api.reads() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timing.Lookup)
	defer cancel()
	c.learnOwnID(ctx, api)
	found, err := api.Channels(ctx, names)
	if err != nil {
		c.refusedLogin(api, err, false)
		c.cfg.Log.Warn().Err(err).Msg("the owners of kick channels are not known yet")
		return nil
	}
	c.accepted(false)
	owners := make(map[string]platform.Channel, len(found))
	for _, ch := range found {
		owners[strings.ToLower(ch.Slug)] = ch
	}
	return owners
}

// learnOwnID asks once whose the account is, to know its messages.
func (c *Client) learnOwnID(ctx context.Context, api access) {
	c.mu.Lock()
	known, name := c.ownID != "", c.login
	c.mu.Unlock()
	if known {
		return
	}
	users, err := api.Users(ctx)
	if err != nil || len(users) == 0 {
		if name == "" && !errors.Is(err, platform.ErrNeedsLogin) { // nobody is nobody's
			c.cfg.Log.Warn().Err(err).Msg("kick does not say whose account this is")
		}
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if api.era == c.era {
		c.ownID = decimal(users[0].ID)
	}
}

// resolveOne finds out the numbers of one channel and has it subscribed to.
func (c *Client) resolveOne(ctx context.Context, name string, owner platform.Channel) {
	room := platform.Room{ChatroomID: c.cfg.Chatroom(name), UserID: owner.BroadcasterID}
	var err error
	if c.cfg.Rooms != nil {
		var found platform.Room
		if found, err = c.lookUp(ctx, name); err == nil {
			room.ChannelID = found.ChannelID
			if room.ChatroomID == 0 {
				room.ChatroomID = found.ChatroomID
			}
			if room.UserID == 0 {
				room.UserID = found.UserID
			}
		}
	}
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	ch := c.channels[name]
	if ch == nil || (ch.phase != phaseUnknown && ch.phase != phaseParked) {
		return
	}
	if room.UserID != 0 {
		ch.broadcasterID = room.UserID
	}
	if owner.Stream.IsLive && !owner.Stream.StartTime.IsZero() {
		ch.started = owner.Stream.StartTime.Time
	}
	if room.ChatroomID != 0 {
		ch.chatroomID, ch.channelID, ch.attempts, ch.due = room.ChatroomID, room.ChannelID, 0, time.Time{}
		c.attach(ch)
		return
	}
	c.unfound(ch, err)
}

func (c *Client) lookUp(ctx context.Context, name string) (platform.Room, error) {
	if err := c.take(ctx, BucketRoom, c.cfg.Limits.Room); err != nil {
		return platform.Room{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timing.Lookup)
	defer cancel()
	return c.cfg.Rooms.Room(ctx, name)
}

// unfound handles a channel whose chatroom is not known.
func (c *Client) unfound(ch *channel, err error) {
	const configure = "the number of its chatroom has to be configured (kick_chatroom_id)"
	switch {
	case errors.Is(err, platform.ErrNotFound):
		c.park(ch, "there is no such channel")
	case err == nil, errors.Is(err, platform.ErrBlocked):
		c.park(ch, "the site does not tell the chatroom; "+configure)
		if c.cfg.Subscriptions != nil && ch.broadcasterID != 0 {
			c.setState(ch, StateDegraded, "read through webhooks alone; "+configure)
		}
	default:
		t := c.cfg.Timing
		spacing := backoff.Backoff{Base: t.BackoffBase, Max: t.BackoffMax, Rand: c.cfg.Rand, Attempt: ch.attempts}
		ch.attempts++
		ch.phase, ch.due = phaseUnknown, time.Now().Add(max(spacing.Next(), retry.In(err)))
		c.setState(ch, StateDegraded, "chatroom is not known yet: "+err.Error())
	}
}

// refusedLogin parks the account if that is what an error says, and reports
// whether it is.
func (c *Client) refusedLogin(a access, err error, sent bool) bool {
	if !errors.Is(err, platform.ErrNeedsLogin) {
		return false
	}
	c.needLogin(a, err, sent)
	return true
}
