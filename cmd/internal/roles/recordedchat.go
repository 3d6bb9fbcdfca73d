package roles

import (
	"context"
	"errors"
	"fmt"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/httpserver"
)

// recordedChat is the chat API as the HTTP server asks it.
type recordedChat struct{ api exports.ChatAPI }

// Streams implements httpserver.RecordedChat.
func (c recordedChat) Streams(ctx context.Context) (any, error) {
	streams, err := c.api.Streams(ctx)
	return streams, answered(err)
}

// Tail implements httpserver.RecordedChat.
func (c recordedChat) Tail(ctx context.Context, streamID string, limit int) (any, error) {
	tail, err := c.api.Tail(ctx, streamID, limit)
	return tail, answered(err)
}

// Events implements httpserver.RecordedChat.
func (c recordedChat) Events(ctx context.Context, q httpserver.RecordedQuery) (any, error) {
	page, err := c.api.Events(ctx, exports.ChatQuery(q))
	return page, answered(err)
}

func answered(err error) error {
	if errors.Is(err, exports.ErrUnknownStream) {
		return fmt.Errorf("%w: %w", httpserver.ErrNoStream, err)
	}
	return err
}
