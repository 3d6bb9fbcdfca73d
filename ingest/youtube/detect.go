package youtube

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

const (
	// newest is how many uploads of a channel are looked at.
	newest = 5
	// gather is how long channels that become due are waited for, so that they can be
	// asked about together.
	gather = 200 * time.Millisecond
	// missesUntilOver is how many answers in a row have to say that a broadcast is
	// over before its chat is given up, which usually says so itself.
	missesUntilOver = 2
)

// detector finds out which channels are live. It belongs to one goroutine.
type detector struct {
	c         *Client
	backoff   backoff.Backoff
	noOwn     bool // the account may not list its broadcasts
	searches  int
	searchDay string
	failing   bool // the last look did not succeed
}

// run looks at channels as they become due until ctx ends.
func (d *detector) run(ctx context.Context) {
	c := d.c
	d.backoff = backoff.Backoff{Base: c.cfg.Timing.BackoffBase, Max: c.cfg.Timing.BackoffMax, Rand: c.cfg.Rand}
	for d.await(ctx) == nil {
		if backoff.Wait(ctx, gather) != nil {
			return
		}
		err := d.round(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			d.backoff.Reset()
			d.tell(nil)
			continue
		}
		d.tell(err)
		d.degrade(err)
		if backoff.Wait(ctx, max(d.backoff.Next(), asksFor(err))) != nil {
			return
		}
	}
}

// tell logs once that looking fails, and once that it works again.
func (d *detector) tell(err error) {
	failed := d.failing
	d.failing = err != nil
	switch {
	case err != nil && !failed:
		d.c.cfg.Log.Warn().Err(err).Msg("it cannot be found out which youtube channels are live")
	case err == nil && failed:
		d.c.cfg.Log.Info().Msg("it is found out again which youtube channels are live")
	}
}

// asksFor is how long the platform wants to be left alone after a failure.
func asksFor(err error) time.Duration {
	var failed *youtube.Error
	if !errors.As(err, &failed) {
		return 0
	}
	if failed.Action() == youtube.ActionThrottle {
		return max(failed.RetryAfter, throttledPause)
	}
	return failed.RetryAfter
}

// await waits until the account may ask and a channel is due.
func (d *detector) await(ctx context.Context) error {
	c := d.c
	for {
		if err := c.account.open(ctx, c.cfg.Clock, d.closed); err != nil {
			return err
		}
		pause, any := d.pause()
		if any && pause <= 0 {
			return ctx.Err()
		}
		if err := waitOr(ctx, pause, c.wake); err != nil {
			return err
		}
	}
}

// closed shows on the channels without a reader that nothing can be asked.
func (d *detector) closed(state State, detail string) {
	c := d.c
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	for _, ch := range c.channels {
		if ch.reader == nil {
			c.setState(ch, state, detail)
		}
	}
}

// degrade shows that a look at the due channels failed.
func (d *detector) degrade(err error) {
	c := d.c
	if c.account.closed(c.cfg.Clock()) != "" {
		return // shown as what it is
	}
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	for _, ch := range d.dueLocked() {
		if ch.reader == nil && ch.state != StatePaused {
			c.setState(ch, StateDegraded, err.Error())
		}
	}
}

// pause is how long it takes until a channel is due; false without channels.
func (d *detector) pause() (time.Duration, bool) {
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	now := d.c.cfg.Clock()
	var first time.Duration
	any := false
	for _, ch := range d.c.channels {
		if left := ch.due.Sub(now); !any || left < first {
			first, any = left, true
		}
	}
	return first, any
}

// due returns the channels that are to be looked at, in the order of their names.
func (d *detector) due() []*channel {
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	return d.dueLocked()
}

func (d *detector) dueLocked() []*channel {
	now := d.c.cfg.Clock()
	var due []*channel
	for _, ch := range d.c.channels {
		if !ch.due.After(now) {
			due = append(due, ch)
		}
	}
	slices.SortFunc(due, func(a, b *channel) int { return strings.Compare(a.name, b.name) })
	return due
}

// round looks at the channels that are due. What was found before a failure counts.
func (d *detector) round(ctx context.Context) error {
	due := d.due()
	if err := d.whoami(ctx); err != nil {
		return err
	}
	if err := d.resolve(ctx, due); err != nil {
		return err
	}
	var asked []inquiry
	for _, ch := range due {
		videos, ready, err := d.candidates(ctx, ch)
		if its(err) {
			d.refused(ch, err.Error())
			continue
		}
		if err != nil {
			return err
		}
		if ready {
			asked = append(asked, inquiry{ch, videos})
		}
	}
	return d.inquire(ctx, asked)
}

// whoami finds out once which channel is the account's own.
func (d *detector) whoami(ctx context.Context) error {
	c := d.c
	c.mu.Lock()
	known := c.own != nil
	c.mu.Unlock()
	if known || !c.cfg.API.CanWrite() {
		return nil
	}
	var own youtube.Channel
	err := c.ask(ctx, youtube.MethodChannels, func() (err error) {
		own, _, err = c.cfg.API.OwnChannel(ctx)
		return err
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.own = &own
	return nil
}

// search asks the platform's search, where that is allowed and not used up.
func (d *detector) search(ctx context.Context, ch *channel) (string, error) {
	c := d.c
	now := c.cfg.Clock()
	if day := quota.DayOf("youtube", now).Date; day != d.searchDay {
		d.searchDay, d.searches = day, 0
	}
	if d.searches >= c.cfg.Limits.SearchesPerDay || now.Sub(ch.asked) < c.cfg.Timing.Search {
		return "", nil
	}
	d.searches++
	ch.asked = now
	var video string
	spent := false
	err := c.ask(ctx, youtube.MethodSearch, func() (err error) {
		video, _, err = c.cfg.API.SearchLive(ctx, ch.id)
		if spent = actionOf(err) == youtube.ActionQuota && err != nil; spent {
			return nil // searches have an allowance of their own
		}
		return err
	})
	if spent {
		d.searches = c.cfg.Limits.SearchesPerDay
		c.cfg.Log.Info().Msg("today's searches of youtube are used up; channels are found by their uploads")
	}
	return video, err
}
