package twitch

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/oneline"
	"github.com/streamsuites/streamsuites/internal/pacing"
)

// greeting is how long a message waits for the account's state in a channel
// that was just joined. A later state is then the answer to the message.
const greeting = 2 * time.Second

// outgoing is the writing side of a channel. Its fields but line belong to the
// client's mutex.
type outgoing struct {
	line   pacing.Line // of messages; one is under way until the server answers
	next   time.Time   // no message before
	off    string      // why nothing may be written, or empty
	recent []sentText
	answer chan *SendError // of the message that waits for the server, or nil
}

type sentText struct {
	text string
	at   time.Time
}

// Send writes a message into a channel, as an answer to the message replyTo if
// that is not empty. It waits for the channel to be live, for the limits and
// for the server's answer; nil means that the server took the message. A
// *SendError says why it was not sent, and whether it may have been. The end of
// Run ends it too.
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
	if err := c.awaitWritable(ctx, ch); err != nil {
		return err
	}
	text, leave, err := c.awaitTurn(ctx, ch, text)
	if err != nil {
		return err
	}
	defer leave()
	// Asked here and not left to a timer: after the process stood still, a timer
	// may fire later than the wait before this ended.
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return &SendError{Channel: ch.name, Refusal: RefusedThrottled, Err: context.DeadlineExceeded}
	}
	return c.deliver(ctx, ch, text, replyTo)
}

func (c *Client) prepare(name, text string) (*channel, string, *SendError) {
	if c.cfg.anonymous() {
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
	if ch == nil {
		return nil, "", &SendError{Channel: clean, Refusal: RefusedNotJoined}
	}
	return ch, text, nil
}

// awaitWritable waits until the channel is live.
func (c *Client) awaitWritable(ctx context.Context, ch *channel) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.Timing.SendWait, errors.New("channel is not live"))
	defer cancel()
	for {
		changed, more, refused := c.writable(ch, time.Now())
		if refused != nil {
			return refused
		}
		if changed == nil {
			return nil
		}
		timer := time.NewTimer(more)
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return &SendError{Channel: ch.name, Refusal: RefusedNotConnected, Err: context.Cause(ctx)}
		}
		timer.Stop()
	}
}

// writable tells whether a message can be written now. If it cannot, changed
// tells when to look again, at the latest after more.
func (c *Client) writable(ch *channel, now time.Time) (changed <-chan struct{}, more time.Duration, refused *SendError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ch.removed:
		return nil, 0, &SendError{Channel: ch.name, Refusal: RefusedNotJoined}
	case ch.out.off != "" || ch.phase == phaseParked:
		return nil, 0, &SendError{Channel: ch.name, Refusal: RefusedDisabled, Notice: ch.out.off}
	case ch.state == StateNeedsLogin:
		return nil, 0, &SendError{Channel: ch.name, Refusal: RefusedNotConnected, Err: errors.New("account needs a login")}
	case ch.phase != phaseJoined:
		return ch.changed, time.Hour, nil
	case !ch.greeted && now.Sub(ch.joinedAt) < greeting:
		return ch.changed, greeting - now.Sub(ch.joinedAt), nil
	}
	ch.greeted = true
	return nil, 0, nil
}

// distinct makes the text different from those that the server would compare it
// with. Moderators may repeat themselves.
func (c *Client) distinct(ch *channel, text string) (string, *SendError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	window := c.cfg.Timing.Duplicate
	kept := ch.out.recent[:0]
	used := map[string]time.Time{}
	for _, sent := range ch.out.recent {
		if now.Sub(sent.at) < window {
			kept = append(kept, sent)
			used[sent.text] = sent.at
		}
	}
	ch.out.recent = kept
	if ch.moderator {
		return text, nil
	}
	const variants = 4
	for n := range variants {
		mark := strings.Repeat(different, n)
		variant := oneline.Cut(text, c.cfg.Limits.MessageCharacters-n*len([]rune(different))) + mark
		if _, taken := used[variant]; !taken {
			return variant, nil
		}
	}
	return "", &SendError{Channel: ch.name, Refusal: RefusedDuplicate, RetryAfter: used[text].Add(window).Sub(now)}
}

// awaitTurn waits for the limits, a moderator's answer before all others, for a text
// which may have to be another than was asked for. Until leave is called nothing else
// is written to the channel.
func (c *Client) awaitTurn(ctx context.Context, ch *channel, text string) (variant string, leave func(), err error) {
	leave, err = ch.out.line.Await(ctx, func() (pause time.Duration, err error) {
		variant, pause, err = c.ask(ctx, ch, text)
		return pause, err
	})
	var late *pacing.LateError
	if errors.As(err, &late) {
		err = &SendError{Channel: ch.name, Refusal: RefusedThrottled, RetryAfter: late.After, Err: late.Err}
	}
	return variant, leave, err
}

// ask tells how long a message has to wait: for the pause that the server asked for,
// the channel's own pace, and the account's budget. Without a wait the budget has
// granted it.
func (c *Client) ask(ctx context.Context, ch *channel, text string) (string, time.Duration, error) {
	text, refused := c.distinct(ch, text)
	if refused != nil {
		return "", 0, refused
	}
	pause, rate := c.turn(ch, time.Now())
	if pause > 0 {
		return "", pause, nil
	}
	granted, err := c.cfg.Budget.Take(ctx, BucketSend, 1, rate.Count, rate.Window)
	if err != nil {
		return "", 0, &SendError{Channel: ch.name, Refusal: RefusedBudget, Err: err}
	}
	return text, granted, nil
}

// turn returns how long the channel has to wait, and the account's limit. The
// server counts messages to all channels together and holds an account to the
// lower limit as long as one of them went where it is no moderator.
func (c *Client) turn(ch *channel, now time.Time) (time.Duration, Rate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	limits := c.cfg.Limits
	rate := limits.Send
	if ch.moderator && now.Sub(c.lastPlain) >= limits.Send.Window {
		rate = limits.SendModerator
	}
	pause := max(c.pausedUntil.Sub(now), ch.out.next.Sub(now))
	return pause, rate
}

// deliver writes the message and waits for what becomes of it. The wait does
// not end with the caller's context: the line is on its way.
func (c *Client) deliver(ctx context.Context, ch *channel, text, replyTo string) error {
	if c.cfg.Speak != nil {
		return c.speak(ctx, ch, text, replyTo)
	}
	line := "PRIVMSG #" + ch.name + " :" + text
	if replyTo = strings.TrimSpace(replyTo); replyTo != "" {
		line = "@reply-parent-msg-id=" + tagValue.Replace(replyTo) + " " + line
	}
	conn, answer, refused := c.begin(ch, text)
	if refused != nil {
		return refused
	}
	if err := conn.write(line); err != nil {
		return &SendError{Channel: ch.name, Refusal: Unconfirmed, MaybeSent: true, Err: err}
	}
	timer := time.NewTimer(c.cfg.Timing.Confirm)
	defer timer.Stop()
	select {
	case refused := <-answer:
		if refused != nil {
			return refused
		}
		c.stats.sent.Add(1)
		return nil
	case <-timer.C:
		return &SendError{Channel: ch.name, Refusal: Unconfirmed, MaybeSent: true, Err: errors.New("no answer from the server")}
	}
}

// begin readies the channel for the answer to a message that is about to be
// written.
func (c *Client) begin(ch *channel, text string) (*conn, <-chan *SendError, *SendError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ch.removed:
		return nil, nil, &SendError{Channel: ch.name, Refusal: RefusedNotJoined}
	case ch.out.off != "":
		return nil, nil, &SendError{Channel: ch.name, Refusal: RefusedDisabled, Notice: ch.out.off}
	case ch.phase != phaseJoined || ch.session.conn == nil:
		return nil, nil, &SendError{Channel: ch.name, Refusal: RefusedNotConnected}
	}
	c.spend(ch, text)
	ch.out.answer = make(chan *SendError, 1)
	return ch.session.conn, ch.out.answer, nil
}

// spend notes a message that is about to leave, for the limits.
func (c *Client) spend(ch *channel, text string) {
	now := time.Now()
	if !ch.moderator {
		ch.out.next = now.Add(c.cfg.Limits.ChannelInterval)
		c.lastPlain = now
	}
	ch.out.recent = append(ch.out.recent, sentText{text, now})
}

// settle tells the message that is under way what became of it; nil means that
// the server took it.
func (ch *channel) settle(refused *SendError) {
	if ch.out.answer != nil {
		ch.out.answer <- refused
		ch.out.answer = nil
	}
}

// unanswered ends the wait for an answer that cannot come any more.
func (ch *channel) unanswered() {
	ch.settle(&SendError{Channel: ch.name, Refusal: Unconfirmed, MaybeSent: true})
}
