package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/ingest/kick"
	"github.com/streamsuites/streamsuites/internal/chat"
)

// ConnectKick makes a Kick account known by name and returns its client, which
// the caller runs. live may be nil: then the client itself is asked who is live,
// if it has an account.
func (h *Host) ConnectKick(name string, cfg kick.Config, live LiveSource) *kick.Client {
	account := h.NewAccount(name, chat.Kick)
	client := kick.New(cfg, kickReader{account})
	if live == nil && cfg.API != nil {
		live = client
	}
	account.Connect(kickChat{client}, live)
	return client
}

// kickReader hands in what a Kick client reads.
type kickReader struct{ account *Account }

// OnEvent implements kick.Handler.
func (r kickReader) OnEvent(e chat.Event) { r.account.Message(e) }

// OnSource implements kick.Handler.
func (r kickReader) OnSource(channel string, via chat.Via) {
	r.account.Source(channel, via.String())
}

// OnGap implements kick.Handler.
func (r kickReader) OnGap(channel string, from, to time.Time, reason string) {
	r.account.Gap(channel, from, to, reason)
}

// OnState implements kick.Handler.
func (r kickReader) OnState(channel string, state kick.State, detail string) {
	r.account.State(channel, string(state), detail)
}

// kickChat tells apart what certainly was not done.
type kickChat struct{ *kick.Client }

// Send implements Chat.
func (c kickChat) Send(ctx context.Context, channel, text, replyTo string) error {
	err := c.Client.Send(ctx, channel, text, replyTo)
	var refused *kick.SendError
	if errors.As(err, &refused) && !refused.MaybeSent {
		return &UnsentError{Err: err, RetryAfter: refused.RetryAfter}
	}
	return err
}

// Delete implements Deleter.
func (c kickChat) Delete(ctx context.Context, channel, messageID string) error {
	err := c.Client.Delete(ctx, channel, messageID)
	var refused *kick.DeleteError
	if errors.As(err, &refused) && !refused.MaybeDeleted {
		return &UnsentError{Err: err, RetryAfter: refused.RetryAfter}
	}
	return err
}
