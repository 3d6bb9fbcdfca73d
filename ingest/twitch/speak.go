package twitch

import (
	"context"
	"errors"
	"strings"

	"github.com/streamsuites/streamsuites/internal/retry"
)

// Utterance is a message as the platform's API wants it named.
type Utterance struct {
	RoomID    string // user id of the channel's owner
	AccountID string // user id of the account that speaks
	Text      string
	ReplyTo   string // id of the message that this one answers, or empty
}

// ErrMayNotSpeak is wrapped by an error of Config.Speak that says that the account
// has not granted speaking through the API. The message was not said, and goes
// through the chat connection, as all others do until somebody logs in anew.
var ErrMayNotSpeak = errors.New("the account may not speak through the api")

// speaks reports whether messages go through the platform's API.
func (c *Client) speaks() bool {
	if c.cfg.Speak == nil || c.cfg.Speaks != nil && !c.cfg.Speaks() {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.speechless
}

// silenced notes that messages go through the chat connection from now on.
func (c *Client) silenced(cause error) {
	c.mu.Lock()
	already := c.speechless
	c.speechless = true
	c.mu.Unlock()
	if !already {
		c.cfg.Log.Warn().Err(cause).Str("login", c.account.login()).
			Msg("twitch messages go through the chat connection, as the account may not send them through the API")
	}
}

// speak sends a message through the platform's API. What the API says of it is
// acted on as the chat server's notices are.
func (c *Client) speak(ctx context.Context, ch *channel, text, replyTo string) error {
	u, refused := c.utterance(ch, text, strings.TrimSpace(replyTo))
	if refused != nil {
		return refused
	}
	err := c.cfg.Speak(ctx, u)
	var dropped interface{ Dropped() string }
	switch {
	case err == nil:
		c.stats.sent.Add(1)
		return nil
	case errors.Is(err, ErrMayNotSpeak):
		c.silenced(err)
		return c.write(ch, text, replyTo)
	case errors.As(err, &dropped):
		return c.notShown(ch, dropped.Dropped(), err)
	case retry.Uncertain(err):
		return &SendError{Channel: ch.name, Refusal: Unconfirmed, MaybeSent: true, Err: err}
	}
	failed := &SendError{Channel: ch.name, Refusal: RefusedPlatform, Err: err}
	if retry.Worth(err) {
		failed.Refusal, failed.RetryAfter = RefusedThrottled, c.cfg.Timing.Throttled
		if named := retry.In(err); named > 0 {
			failed.RetryAfter = named
		}
	}
	return failed
}

// utterance names the message, if its channel can be written to now.
func (c *Client) utterance(ch *channel, text, replyTo string) (Utterance, *SendError) {
	if strings.HasPrefix(replyTo, derivedPrefix) {
		replyTo = "" // the platform does not know it
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ch.removed:
		return Utterance{}, &SendError{Channel: ch.name, Refusal: RefusedNotJoined}
	case ch.out.off != "":
		return Utterance{}, &SendError{Channel: ch.name, Refusal: RefusedDisabled, Notice: ch.out.off}
	case ch.roomID == "" || c.ownID == "":
		return Utterance{}, &SendError{Channel: ch.name, Refusal: RefusedNotConnected}
	}
	c.spend(ch, text)
	return Utterance{RoomID: ch.roomID, AccountID: c.ownID, Text: text, ReplyTo: replyTo}, nil
}

// notShown acts on the code of a message that was taken and not shown; the API
// uses the chat server's.
func (c *Client) notShown(ch *channel, code string, cause error) error {
	c.cfg.Log.Warn().Str("creator", ch.creatorID).Str("channel", ch.name).Str("notice", code).Msg("twitch does not show a message")
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	what := notices[code]
	if what == effectNone {
		what = effectRefuse
	}
	refusal := c.apply(ch, what, code, "")
	refusal.Err = cause
	return refusal
}
