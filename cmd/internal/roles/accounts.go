package roles

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/internal/chat"
)

// connection is one account's connection to a platform's chat.
type connection interface {
	// Run serves until ctx ends.
	Run(ctx context.Context) error
}

// connectAccounts prepares the connections of all accounts that creators use, on
// the platforms that are read.
func (p Parts) connectAccounts(ctx context.Context, host *ingest.Host) ([]connection, error) {
	var all []connection
	for _, platform := range []struct {
		name    chat.Platform
		labels  []string
		connect func(ctx context.Context, host *ingest.Host, label string) (connection, error)
	}{
		{chat.Twitch, slices.Sorted(maps.Keys(p.Config.Twitch)), p.connectTwitch},
		{chat.YouTube, slices.Sorted(maps.Keys(p.Config.YouTube)), p.connectYouTube},
		{chat.Kick, slices.Sorted(maps.Keys(p.Config.Kick)), p.connectKick},
	} {
		if !p.Config.Polls(platform.name) {
			continue
		}
		for _, label := range platform.labels {
			c, err := platform.connect(ctx, host, label)
			if err != nil {
				return nil, fmt.Errorf("connect the %s account %q: %w", platform.name, label, err)
			}
			if c != nil {
				all = append(all, c)
			}
		}
	}
	return all, nil
}
