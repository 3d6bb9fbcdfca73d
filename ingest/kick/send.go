package kick

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/pacing"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/retry"
)

// throttled is the pause of all sends after a refusal that does not say how long.
const throttled = 5 * time.Second

// Send writes a message into a channel, as an answer to the message replyTo if
// that is not empty. It waits for the limits and for the platform's answer; nil
// means that the platform shows the message. A *SendError says why it was not
// sent, and whether it may have been: then it must not be repeated. The end of Run
// ends it too, but not a request that is on its way.
//
// The text may come from anybody: it is made one line of the permitted length
// and cannot act as a command.
func (c *Client) Send(ctx context.Context, channelName, text, replyTo string) error {
	ch, text, refused := c.prepare(channelName, text)
	if refused != nil {
		return refused
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	owner, refused := c.ownerOf(ctx, ch)
	if refused != nil {
		return refused
	}
	m := platform.Message{As: c.cfg.As, BroadcasterID: owner, Text: text, ReplyTo: answered(replyTo)}
	err := c.post(ctx, ch, m)
	if m.ReplyTo != "" && errors.Is(err, platform.ErrNotFound) {
		// What it answers was taken away meanwhile; nothing was written.
		m.ReplyTo = ""
		err = c.post(ctx, ch, m)
	}
	return err
}

// post waits for a message's turn and asks the platform to show it.
func (c *Client) post(ctx context.Context, ch *channel, m platform.Message) error {
	if err := c.awaitTurn(ctx, ch); err != nil {
		return err
	}
	// Asked here and not left to a timer: after the process stood still, a timer
	// may fire later than the wait before this ended.
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return &SendError{Channel: ch.name, Refusal: RefusedThrottled, Err: context.DeadlineExceeded}
	}
	api := c.access()
	_, err := api.Send(ctx, m)
	if err != nil {
		return c.unsent(api, ch, err)
	}
	c.accepted(true)
	c.stats.sent.Add(1)
	return nil
}

// answered is the id of the message to answer, if the platform gave it.
func answered(replyTo string) string {
	return ownID(strings.TrimSpace(replyTo))
}

func (c *Client) prepare(name, text string) (*channel, string, *SendError) {
	if c.access().reads() {
		return nil, "", &SendError{Channel: name, Refusal: RefusedReadOnly}
	}
	text = sanitise(text, c.cfg.Limits.MessageCharacters)
	if text == "" {
		return nil, "", &SendError{Channel: name, Refusal: RefusedEmpty}
	}
	clean, err := channelName(name)
	if err != nil {
		return nil, "", &SendError{Refusal: RefusedNotJoined, Err: err}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.channels[clean]
	switch {
	case ch == nil:
		return nil, "", &SendError{Channel: clean, Refusal: RefusedNotJoined}
	case c.parked != nil && time.Now().Before(c.parkedUntil):
		return nil, "", &SendError{Channel: clean, Refusal: RefusedNeedsLogin, Err: c.parked}
	case ch.off != "":
		return nil, "", &SendError{Channel: clean, Refusal: RefusedDisabled, Err: errors.New(ch.off)}
	}
	return ch, text, nil
}

// ownerOf is whose channel it is. It is asked for if reading began without it.
func (c *Client) ownerOf(ctx context.Context, ch *channel) (int64, *SendError) {
	c.mu.Lock()
	owner := ch.broadcasterID
	c.mu.Unlock()
	if owner != 0 || c.cfg.As == platform.AsBot {
		return owner, nil
	}
	api := c.access()
	found, err := api.Channels(ctx, []string{ch.name})
	if err != nil {
		if c.refusedLogin(api, err, false) {
			return 0, &SendError{Channel: ch.name, Refusal: RefusedNeedsLogin, Err: err}
		}
		return 0, &SendError{Channel: ch.name, Refusal: RefusedUnknown, RetryAfter: retry.In(err), Err: err}
	}
	for _, f := range found {
		if strings.EqualFold(f.Slug, ch.name) && f.BroadcasterID != 0 {
			c.mu.Lock()
			defer c.mu.Unlock()
			ch.broadcasterID = f.BroadcasterID
			return f.BroadcasterID, nil
		}
	}
	return 0, &SendError{Channel: ch.name, Refusal: RefusedUnknown, Err: platform.ErrNotFound}
}

// awaitTurn waits for the limits, a moderator's answer before all others: the pause
// that the platform asked for, the channel's own pace, and the account's budget. The
// next message may go while this one waits for its answer, so that a platform that
// hangs keeps nobody up.
func (c *Client) awaitTurn(ctx context.Context, ch *channel) error {
	leave, err := ch.sends.Await(ctx, func() (time.Duration, error) { return c.mayGo(ctx, ch) })
	if err == nil {
		leave()
		return nil
	}
	var late *pacing.LateError
	if errors.As(err, &late) {
		return &SendError{Channel: ch.name, Refusal: RefusedThrottled, RetryAfter: late.After, Err: late.Err}
	}
	return &SendError{Channel: ch.name, Refusal: RefusedBudget, Err: err}
}

// mayGo tells how long a message has to wait. Without a wait the budget has granted
// it, and the channel's pace counts from now on.
func (c *Client) mayGo(ctx context.Context, ch *channel) (time.Duration, error) {
	c.mu.Lock()
	now := time.Now()
	pause := max(c.pausedUntil.Sub(now), ch.nextSend.Sub(now))
	c.mu.Unlock()
	if pause > 0 {
		return pause, nil
	}
	limit := c.cfg.Limits.Send
	if pause, err := c.cfg.Budget.Take(ctx, BucketSend, 1, limit.Count, limit.Window); err != nil || pause > 0 {
		return pause, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ch.nextSend = time.Now().Add(c.cfg.Limits.ChannelInterval)
	return 0, nil
}

// unsent decides what a failed request means.
func (c *Client) unsent(api access, ch *channel, err error) *SendError {
	failed := &SendError{Channel: ch.name, Refusal: RefusedPlatform, Err: err}
	switch {
	case c.refusedLogin(api, err, true):
		failed.Refusal = RefusedNeedsLogin
	case errors.Is(err, platform.ErrForbidden):
		failed.Refusal = RefusedDisabled
		c.disable(ch, err)
	case errors.Is(err, platform.ErrNotSent), errors.Is(err, platform.ErrNotFound):
	case retry.Uncertain(err):
		failed.Refusal, failed.MaybeSent = Unconfirmed, true
	case retry.Worth(err):
		failed.Refusal, failed.RetryAfter = RefusedThrottled, max(retry.In(err), throttled)
		c.throttle(err)
	}
	return failed
}

// disable marks a channel as one that the account may not write to.
func (c *Client) disable(ch *channel, err error) {
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	ch.off = err.Error()
	c.showJoined(ch)
}

// throttle pauses all sends when the platform said how long.
func (c *Client) throttle(err error) {
	pause := retry.In(err)
	if pause <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := time.Now().Add(pause); until.After(c.pausedUntil) {
		c.pausedUntil = until
	}
}
