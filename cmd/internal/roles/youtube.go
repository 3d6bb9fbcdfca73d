package roles

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/youtube"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	platform "github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
	"github.com/streamsuites/streamsuites/internal/version"
)

// connectYouTube makes a YouTube account or API key known to the host. There is
// nothing to connect, and no error, where neither is given: the configuration has
// warned about it.
func (p Parts) connectYouTube(ctx context.Context, host *ingest.Host, label string) (connection, error) {
	account := p.Config.YouTubeAccountOf(label)
	endpoints := p.Config.Platform(chat.YouTube).YouTube
	transport, err := trusting(endpoints.CAFile)
	if err != nil {
		return nil, err
	}
	access := platform.LiveConfig{
		API: endpoints.API, APIKey: account.APIKey.Reveal(), HTTPClient: transport, UserAgent: "StreamSuites/" + version.Version,
	}
	if account.HasApplication() {
		source, kept, err := p.tokensOf(ctx, chat.YouTube, label)
		switch {
		case err != nil && ctx.Err() != nil:
			return nil, err
		case err != nil:
			p.Log.Error().Err(err).Str("account", label).Msg("The tokens of a YouTube account cannot be used; its chats are read with the API key, if there is one")
		case kept.exists:
			access.Tokens = source
		}
	}
	if access.Tokens == nil && access.APIKey == "" {
		return nil, nil
	}
	api, err := platform.NewLive(access)
	if err != nil {
		return nil, fmt.Errorf("set up YouTube's API: %w", err)
	}
	name := accountName(chat.YouTube, label)
	log := p.Log.With().Str("account", name).Logger()
	return host.ConnectYouTube(name, youtube.Config{
		API: api, Video: p.configuredVideo, Meter: p.youtubeMeter(label), Costs: p.Config.System.Quotas.YouTubeUnits,
		Budget: sharedBudget{p.Store, name}, Cursors: ingest.YouTubeCursors(p.Store), Log: log,
	}), nil
}

// configuredVideo is the broadcast that somebody named for a channel, or "".
func (p Parts) configuredVideo(channel string) string {
	cfg := p.config()
	for i := range cfg.Creators {
		if c := &cfg.Creators[i]; c.Enabled && c.On(chat.YouTube) && c.YouTubeChannel == channel {
			return c.YouTubeVideo
		}
	}
	return ""
}

// youtubeMeter counts the units of an account: those of its project, and of the creator
// where the project is only his.
func (p Parts) youtubeMeter(label string) *ingest.Meter {
	projects := p.youtubeProjects()
	return &ingest.Meter{
		Store: p.Store, Clock: time.Now, Log: p.Log,
		Account: func() (quota.Key, quota.Terms) { return projects().Account(label) },
	}
}

// youtubeProjects returns the projects of the configuration in force, which are looked
// for only after it has changed.
func (p Parts) youtubeProjects() func() config.YouTubeProjects {
	var mu sync.Mutex
	var of *config.Config
	var found config.YouTubeProjects
	return func() config.YouTubeProjects {
		mu.Lock()
		defer mu.Unlock()
		if cfg := p.config(); cfg != of {
			of, found = cfg, cfg.YouTubeProjects()
		}
		return found
	}
}
