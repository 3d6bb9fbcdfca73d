package youtube

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/oneline"
	"github.com/streamsuites/streamsuites/internal/pacing"
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
	text = oneline.Of(text)
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

// awaitTurn waits for the limits, a moderator's answer before all others: the pause
// that the platform asked for, the channel's own pace, the units that are left, and the
// account's budget. The next message may go while this one waits for its answer, so
// that a platform that hangs keeps nobody up.
func (c *Client) awaitTurn(ctx context.Context, ch *channel) *SendError {
	leave, err := ch.sends.Await(ctx, func() (time.Duration, error) { return c.mayGo(ctx, ch) })
	if err == nil {
		leave()
		return nil
	}
	var late *pacing.LateError
	if errors.As(err, &late) {
		return &SendError{Channel: ch.name, Refusal: RefusedThrottled, RetryAfter: late.After, Err: late.Err}
	}
	failed := &SendError{Channel: ch.name, Err: err}
	failed.Refusal, failed.RetryAfter = c.refusal(err)
	return failed
}

// mayGo tells how long a message has to wait. Without a wait everything was granted
// and the channel's pace counts from now on.
func (c *Client) mayGo(ctx context.Context, ch *channel) (time.Duration, error) {
	c.mu.Lock()
	now := time.Now()
	pause := max(c.pausedUntil.Sub(now), ch.sendNext.Sub(now))
	c.mu.Unlock()
	if pause > 0 {
		return pause, nil
	}
	if err := c.spare(ctx); err != nil {
		return 0, err
	}
	if c.cfg.Budget != nil {
		limits := c.cfg.Limits
		pause, err := c.cfg.Budget.Take(ctx, BucketSend, 1, limits.SendCount, limits.SendWindow)
		if err != nil {
			return 0, &meterError{err}
		}
		if pause > 0 {
			return pause, nil
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ch.sendNext = time.Now().Add(c.cfg.Limits.ChannelInterval)
	return 0, nil
}

// spare leaves the last of the units that are held back for messages to those of
// moderators.
func (c *Client) spare(ctx context.Context) error {
	reserve := c.cfg.Plan.Reserve
	kept := reserve - int64(budget.LimitOf(ctx, int(reserve)))
	if kept <= 0 {
		return nil
	}
	left, err := c.units.left(ctx)
	if err != nil {
		return err
	}
	if left-c.cfg.Costs.Of(youtube.MethodInsert, 1) < kept {
		return errReserve
	}
	return nil
}

// insert asks the platform to take the message. The wait for its answer does not end
// with the caller's context: the request is on its way.
func (c *Client) insert(ctx context.Context, ch *channel, chatID, text string) error {
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
		if until := time.Now().Add(failed.RetryAfter); until.After(c.pausedUntil) {
			c.pausedUntil = until
		}
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
