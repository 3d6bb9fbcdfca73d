package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/ingest/youtube"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// ConnectYouTube makes a YouTube account, or an API key, known by name and returns
// its client, which the caller runs. The client itself knows who is live.
func (h *Host) ConnectYouTube(name string, cfg youtube.Config) *youtube.Client {
	account := h.NewAccount(name, chat.YouTube)
	client := youtube.New(cfg, youtubeReader{account})
	account.Connect(youtubeChat{client}, client)
	return client
}

// youtubeReader hands in what a YouTube client reads.
type youtubeReader struct{ account *Account }

// OnEvents implements youtube.Handler.
func (r youtubeReader) OnEvents(events []chat.Event) { r.account.Messages(events) }

// OnSource implements youtube.Handler.
func (r youtubeReader) OnSource(channel string, via chat.Via) {
	r.account.ReadBy(channel, via.String())
}

// OnGap implements youtube.Handler.
func (r youtubeReader) OnGap(channel string, from, to time.Time, reason string) {
	r.account.Gap(channel, from, to, reason)
}

// OnState implements youtube.Handler.
func (r youtubeReader) OnState(channel string, state youtube.State, detail string) {
	r.account.State(channel, string(state), detail)
}

// youtubeChat tells apart what certainly was not done.
type youtubeChat struct{ *youtube.Client }

// Send implements Chat. Only a limit that passes soon is worth another try.
func (c youtubeChat) Send(ctx context.Context, channel, text, replyTo string) error {
	err := c.Client.Send(ctx, channel, text, replyTo)
	var refused *youtube.SendError
	if errors.As(err, &refused) && !refused.MaybeSent {
		return &UnsentError{Err: err, RetryAfter: refused.RetryAfter}
	}
	return err
}

// Delete implements Deleter.
func (c youtubeChat) Delete(ctx context.Context, channel, messageID string) error {
	err := c.Client.Delete(ctx, channel, messageID)
	var refused *youtube.DeleteError
	if errors.As(err, &refused) && !refused.MaybeDeleted {
		return &UnsentError{Err: err, RetryAfter: refused.RetryAfter}
	}
	return err
}

// CursorStore keeps how far chats were read. *store.Store implements it.
type CursorStore interface {
	ChatCursor(ctx context.Context, p chat.Platform, channel string) (store.ChatCursor, error)
	SaveChatCursor(ctx context.Context, p chat.Platform, channel string, c store.ChatCursor) error
}

// YouTubeCursors keeps the cursors of YouTube's chats in the store.
func YouTubeCursors(s CursorStore) youtube.Cursors { return storedCursors{s} }

type storedCursors struct{ store CursorStore }

// LoadCursor implements youtube.Cursors.
func (s storedCursors) LoadCursor(ctx context.Context, channel string) (youtube.Cursor, error) {
	c, err := s.store.ChatCursor(ctx, chat.YouTube, channel)
	return youtube.Cursor(c), err
}

// SaveCursor implements youtube.Cursors.
func (s storedCursors) SaveCursor(ctx context.Context, channel string, c youtube.Cursor) error {
	return s.store.SaveChatCursor(ctx, chat.YouTube, channel, store.ChatCursor(c))
}
