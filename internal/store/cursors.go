package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// ChatCursor is how far a channel's live chat was read.
type ChatCursor struct {
	ChatID string    // of the broadcast's chat, on the platform
	Page   string    // the platform's token for what follows
	LastAt time.Time // of the newest message before it
}

// ChatCursor returns the cursor of a channel; the zero one when there is none.
func (s *Store) ChatCursor(ctx context.Context, p chat.Platform, channel string) (ChatCursor, error) {
	var c ChatCursor
	err := s.pool.QueryRow(ctx, `select chat_id, page_token, last_at from chat_cursors where platform = $1 and channel = $2`, p, channel).
		Scan(&c.ChatID, &c.Page, &c.LastAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return ChatCursor{}, nil
	}
	if err != nil {
		return ChatCursor{}, fmt.Errorf("read how far the chat of %s channel %s was read: %w", p, channel, err)
	}
	c.LastAt = c.LastAt.UTC()
	return c, nil
}

// SaveChatCursor stores the cursor of a channel. One of the same chat that lies
// further on is kept: it is not fenced, and whoever was overtaken may still write.
func (s *Store) SaveChatCursor(ctx context.Context, p chat.Platform, channel string, c ChatCursor) error {
	_, err := s.pool.Exec(ctx, `
		insert into chat_cursors as k (platform, channel, chat_id, page_token, last_at) values ($1, $2, $3, $4, $5)
		on conflict (platform, channel) do update
			set chat_id = excluded.chat_id, page_token = excluded.page_token, last_at = excluded.last_at, updated_at = now()
			where k.chat_id <> excluded.chat_id or k.last_at <= excluded.last_at`,
		p, channel, c.ChatID, c.Page, storable(c.LastAt))
	if err != nil {
		return fmt.Errorf("store how far the chat of %s channel %s was read: %w", p, channel, err)
	}
	return nil
}
