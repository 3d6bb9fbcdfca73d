package roles

import (
	"context"
	"fmt"
	"slices"
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

// youtubeMeter counts the units of an account. They are the creator's where only
// one uses it, together with those of the creator's uploads, and else the account's
// own.
func (p Parts) youtubeMeter(label string) *ingest.Meter {
	return &ingest.Meter{
		Store: p.Store, Clock: time.Now, Log: p.Log,
		Key: quota.Key{Platform: string(chat.YouTube), CreatorID: onlyCreator(p.Config, label), Credential: label},
		Terms: func() quota.Terms {
			cfg := p.config()
			if creator := cfg.Creator(onlyCreator(cfg, label)); creator != nil {
				return cfg.YouTubeQuota(creator)
			}
			return quota.Terms{
				Credential: label, Limits: quota.Limits{Max: quota.DefaultYouTubeUnits},
				Costs: cfg.System.Quotas.YouTubeUnits, WarnAt: cfg.System.Quotas.WarnAt,
			}
		},
	}
}

// onlyCreator is the creator whose chat and clips an account is for, when there is
// exactly one.
func onlyCreator(cfg *config.Config, label string) string {
	var ids []string
	for i := range cfg.Creators {
		c := &cfg.Creators[i]
		uses := c.On(chat.YouTube) || slices.Contains(cfg.ClipLimits(c).Destinations, string(chat.YouTube))
		if c.Enabled && uses && c.YouTubeAccount == label {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) != 1 {
		return ""
	}
	return ids[0]
}
