package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
)

// ConnectTwitch makes a Twitch account known by name and returns its client,
// which the caller runs. live may be nil.
func (h *Host) ConnectTwitch(name string, cfg twitch.Config, live LiveSource) *twitch.Client {
	account := h.NewAccount(name, chat.Twitch)
	client := twitch.New(cfg, twitchReader{account})
	account.Connect(twitchChat{client}, live)
	return client
}

// twitchReader hands in what a Twitch client reads.
type twitchReader struct{ account *Account }

// OnEvent implements twitch.Handler.
func (r twitchReader) OnEvent(e chat.Event) { r.account.Message(e) }

// OnOther implements twitch.Handler; the client counts what is no message.
func (twitchReader) OnOther(twitch.OtherKind) {}

// OnGap implements twitch.Handler.
func (r twitchReader) OnGap(channel string, from, to time.Time, reason string) {
	r.account.Gap(channel, from, to, reason)
}

// OnState implements twitch.Handler.
func (r twitchReader) OnState(channel string, state twitch.State, detail string) {
	r.account.State(channel, string(state), detail)
}

// twitchChat tells apart what certainly was not done.
type twitchChat struct{ *twitch.Client }

// Send implements Chat.
func (c twitchChat) Send(ctx context.Context, channel, text, replyTo string) error {
	err := c.Client.Send(ctx, channel, text, replyTo)
	var refused *twitch.SendError
	if errors.As(err, &refused) && !refused.MaybeSent {
		unsent := &UnsentError{Err: err}
		if refused.Refusal == twitch.RefusedThrottled {
			unsent.RetryAfter = refused.RetryAfter
		}
		return unsent
	}
	return err
}

// Delete takes a message out of a channel's chat; nil means that it is gone.
// An *UnsentError says that it stays, and when to try again if that makes sense.
func (c twitchChat) Delete(ctx context.Context, channel, messageID string) error {
	return undeleted(c.Client.Delete(ctx, channel, messageID))
}

// undeleted tells apart what certainly stays in chat.
func undeleted(err error) error {
	var refused *twitch.DeleteError
	if errors.As(err, &refused) && !refused.MaybeDeleted {
		return &UnsentError{Err: err, RetryAfter: refused.RetryAfter}
	}
	return err
}
