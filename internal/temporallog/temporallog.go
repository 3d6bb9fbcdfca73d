// Package temporallog lets Temporal's SDK log through zerolog, so that a process
// writes one log. It decides nothing about levels or redaction; the logger that
// it is given does.
package temporallog

import (
	"log/slog"

	"github.com/rs/zerolog"
	sdklog "go.temporal.io/sdk/log"
)

// New returns a logger for client.Options.Logger that writes to log.
func New(log zerolog.Logger) sdklog.Logger {
	return sdklog.NewStructuredLogger(slog.New(zerolog.NewSlogHandler(log)))
}
