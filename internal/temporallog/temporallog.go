// Package temporallog lets Temporal's SDK log through zerolog, so that a process
// writes one log. It decides nothing about levels or redaction; the logger that
// it is given does.
package temporallog

import (
	"context"
	"log/slog"
	"time"

	"github.com/rs/zerolog"
	sdklog "go.temporal.io/sdk/log"
)

// New returns a logger for client.Options.Logger that writes to log.
func New(log zerolog.Logger) sdklog.Logger {
	return sdklog.NewStructuredLogger(slog.New(untimed{zerolog.NewSlogHandler(log)}))
}

// untimed takes the time off records: the logger stamps its lines itself, and a
// line must not say twice when it was written.
type untimed struct{ slog.Handler }

// Handle implements slog.Handler.
func (u untimed) Handle(ctx context.Context, record slog.Record) error {
	record.Time = time.Time{}
	return u.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (u untimed) WithAttrs(attrs []slog.Attr) slog.Handler {
	return untimed{u.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (u untimed) WithGroup(name string) slog.Handler { return untimed{u.Handler.WithGroup(name)} }
