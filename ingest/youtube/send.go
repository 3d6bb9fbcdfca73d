package youtube

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// Send writes a message into the chat of a channel that is live, addressed to the
// author of the message replyTo if that is not empty and known. It waits for the
// limits and for the platform's answer; nil means that the platform took the
// message. A *SendError says why it was not sent, and whether it may have been. It is
// asked for once: nothing is repeated here but a request whose token was refused.
// The end of Run ends it too.
//
// The text may come from anybody and is made one line. One that is longer than the
// platform takes is refused: whether it is cut or split is the caller's business.
func (c *Client) Send(ctx context.Context, name, text, replyTo string) error {
	ch, chatID, text, refused := c.prepare(name, text, replyTo)
	if refused != nil {
		return refused
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	select {
	case ch.sendSlot <- struct{}{}:
		defer func() { <-ch.sendSlot }()
	case <-ctx.Done():
		return &SendError{Channel: ch.name, Refusal: RefusedThrottled, Err: ctx.Err()}
	}
	if refused := c.awaitTurn(ctx, ch); refused != nil {
		return refused
	}
	// Asked here and not left to a timer: after the process stood still, a timer
	// may fire later than the wait before this ended.
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return &SendError{Channel: ch.name, Refusal: RefusedThrottled, Err: context.DeadlineExceeded}
	}
	return c.insert(ctx, ch, chatID, text)
}

func (c *Client) prepare(name, text, replyTo string) (*channel, string, string, *SendError) {
	if api := c.api(); api == nil || !api.CanWrite() {
		return nil, "", "", &SendError{Channel: name, Refusal: RefusedReadOnly}
	}
	text = sanitise(text)
	if text == "" {
		return nil, "", "", &SendError{Channel: name, Refusal: RefusedEmpty}
	}
	limit := c.cfg.Limits.MessageCharacters
	if utf8.RuneCountInString(text) > limit {
		return nil, "", "", &SendError{Channel: name, Refusal: RefusedTooLong}
	}
	ch, chatID, refused := c.writable(name)
	if refused != nil {
		return nil, "", "", refused
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if replyTo != "" && ch.memory != nil {
		if to, known := ch.memory.names.get(replyTo); known {
			text = mention(to, text, limit)
		}
	}
	return ch, chatID, text, nil
}

// writable finds the chat of a channel, if it can be written to.
func (c *Client) writable(name string) (*channel, string, *SendError) {
	clean, err := checkName(name)
	if err != nil {
		return nil, "", &SendError{Channel: name, Refusal: RefusedNotJoined, Err: err}
	}
	state, _, more, _ := c.account.look(c.cfg.Clock())
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.channels[clean]
	switch {
	case ch == nil:
		return nil, "", &SendError{Channel: clean, Refusal: RefusedNotJoined}
	case state == StateNeedsLogin:
		return nil, "", &SendError{Channel: clean, Refusal: RefusedNeedsLogin}
	case ch.sendOff != "":
		return nil, "", &SendError{Channel: clean, Refusal: RefusedDisabled, Err: errors.New(ch.sendOff)}
	case ch.live == nil || ch.live.ChatID == "":
		return nil, "", &SendError{Channel: clean, Refusal: RefusedNotLive}
	case state == StateQuota && c.account.used():
		return nil, "", &SendError{Channel: clean, Refusal: RefusedQuota, RetryAfter: more}
	}
	return ch, ch.live.ChatID, nil
}

// awaitTurn waits for the limits: the pause that the platform asked for, the
// channel's own pace, and the account's budget.
func (c *Client) awaitTurn(ctx context.Context, ch *channel) *SendError {
	for {
		c.mu.Lock()
		now := time.Now()
		pause := max(c.pausedUntil.Sub(now), ch.sendNext.Sub(now))
		c.mu.Unlock()
		if pause <= 0 {
			granted, err := c.grant(ctx)
			if err != nil {
				return &SendError{Channel: ch.name, Refusal: RefusedBudget, Err: err}
			}
			if granted <= 0 {
				return nil
			}
			pause = granted
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
			return &SendError{Channel: ch.name, Refusal: RefusedThrottled, RetryAfter: pause}
		}
		if err := backoff.Wait(ctx, pause); err != nil {
			return &SendError{Channel: ch.name, Refusal: RefusedThrottled, RetryAfter: pause, Err: err}
		}
	}
}

func (c *Client) grant(ctx context.Context) (time.Duration, error) {
	if c.cfg.Budget == nil {
		return 0, nil
	}
	return c.cfg.Budget.Take(ctx, BucketSend, 1, c.cfg.Limits.SendCount, c.cfg.Limits.SendWindow)
}

// insert asks the platform to take the message. The wait for its answer does not end
// with the caller's context: the request is on its way.
func (c *Client) insert(ctx context.Context, ch *channel, chatID, text string) error {
	c.mu.Lock()
	ch.sendNext = time.Now().Add(c.cfg.Limits.ChannelInterval)
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.Timing.Send)
	defer cancel()
	err := c.call(ctx, youtube.MethodInsert, func() error {
		_, err := c.api().Insert(ctx, chatID, text)
		return err
	})
	if err == nil {
		c.stats.sent.Add(1)
		return nil
	}
	return c.unsent(ch, err)
}

// unsent says what a failed insertion means, also for the messages after it.
func (c *Client) unsent(ch *channel, err error) *SendError {
	failed := &SendError{Channel: ch.name, Err: err}
	failed.Refusal, failed.RetryAfter = c.refusal(err)
	var answered *youtube.Error
	if errors.As(err, &answered) && answered.Doubtful() {
		failed.Refusal, failed.MaybeSent = Unconfirmed, true
		return failed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch failed.Refusal {
	case RefusedThrottled:
		c.pausedUntil = time.Now().Add(failed.RetryAfter)
	case RefusedDisabled:
		ch.sendOff = err.Error()
	}
	return failed
}

// throttledPause is how long nothing is sent after the platform said "too fast"
// without saying more.
const throttledPause = 30 * time.Second

// unreachedPause is the wait before another try where the platform could not be
// reached.
const unreachedPause = 2 * time.Second

// refusal says why nothing was done, and when it may be asked for again.
func (c *Client) refusal(err error) (Refusal, time.Duration) {
	var meter *meterError
	if errors.As(err, &meter) {
		return RefusedBudget, 0
	}
	var answered *youtube.Error
	errors.As(err, &answered)
	switch actionOf(err) {
	case youtube.ActionQuota:
		now := c.cfg.Clock()
		return RefusedQuota, quota.DayOf("youtube", now).Ends.Sub(now)
	case youtube.ActionThrottle:
		return RefusedThrottled, max(throttledPause, answered.RetryAfter)
	case youtube.ActionOver:
		return RefusedNotLive, 0
	case youtube.ActionDisabled, youtube.ActionForbid:
		return RefusedDisabled, 0
	case youtube.ActionLogin:
		return RefusedNeedsLogin, 0
	case youtube.ActionRetry:
		return RefusedUnreached, unreachedPause
	}
	return RefusedPlatform, 0
}
