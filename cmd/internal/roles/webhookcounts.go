package roles

import (
	"context"
	"maps"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// countEvery is how often what became of webhooks is written down, if it changed.
	countEvery = 10 * time.Second
	// countWithin bounds one write.
	countWithin = 5 * time.Second
	// lateHooks is the name of the count of events that came late.
	lateHooks = "late"
)

// webhookCounts keeps what became of webhooks where other processes see it.
type webhookCounts struct {
	host string
	read func() (calls map[string]int64, late int64)
	save func(ctx context.Context, c store.WebhookCounts) error
}

// run writes the counts down until ctx ends, and once more then.
func (w webhookCounts) run(ctx context.Context, log zerolog.Logger) {
	counts := store.WebhookCounts{Host: w.host, Platform: chat.Kick, Since: time.Now()}
	ticker := time.NewTicker(countEvery)
	defer ticker.Stop()
	for last := false; ; {
		now, late := w.read()
		now[lateHooks] = late
		if !maps.Equal(now, counts.Counts) {
			writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), countWithin)
			counts.Counts = now
			if err := w.save(writing, counts); err != nil {
				counts.Counts = nil // again next time
				log.Warn().Err(err).Msg("what became of Kick's webhooks cannot be written down yet")
			}
			cancel()
		}
		if last {
			return
		}
		select {
		case <-ctx.Done():
			last = true
		case <-ticker.C:
		}
	}
}
