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
	"github.com/streamsuites/streamsuites/internal/tokens"
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
	var source *tokens.Source
	seeded := false
	if account.HasApplication() {
		source, seeded, err = p.tokensOf(ctx, chat.YouTube, label)
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			p.Log.Error().Err(err).Str("account", label).Msg("The tokens of a YouTube account cannot be used; its chats are read with the API key, if there is one")
		}
	}
	if source == nil && access.APIKey == "" {
		return nil, nil
	}
	apis, err := youtubeAPIsOf(access, source)
	if err != nil {
		return nil, err
	}
	name := accountName(chat.YouTube, label)
	log := p.Log.With().Str("account", name).Logger()
	client := host.ConnectYouTube(name, youtube.Config{
		API: apis.nobodys, Video: p.configuredVideo, Meter: p.youtubeMeter(label), Costs: p.Config.System.Quotas.YouTubeUnits,
		Budget: sharedBudget{p.Store, fixedName(name)}, Cursors: ingest.YouTubeCursors(p.Store), Log: log,
	})
	if source == nil {
		return client, nil
	}
	return &follower{
		connection: client, account: tokens.Account{Platform: string(chat.YouTube), Label: label}, seeded: seeded, itself: true,
		adopt: func(who identity) {
			source.Recheck()
			client.Relogin(apis.of(who))
		},
	}, nil
}

// youtubeAPIs are the accesses of a YouTube account.
type youtubeAPIs struct {
	logins  *platform.Live // of whoever is logged in; nil where nobody can
	nobodys *platform.Live // with the key; without one it says that somebody has to log in
}

// youtubeAPIsOf makes the calls with the account's tokens, if it can have any, and
// with its key, if it has one. It has either.
func youtubeAPIsOf(access platform.LiveConfig, source *tokens.Source) (apis youtubeAPIs, err error) {
	keyed := access
	if source != nil {
		access.Tokens = source
		if apis.logins, err = platform.NewLive(access); err != nil {
			return apis, fmt.Errorf("set up YouTube's API: %w", err)
		}
	}
	if apis.nobodys = apis.logins; keyed.APIKey != "" {
		apis.nobodys, err = platform.NewLive(keyed)
	}
	if err != nil {
		return apis, fmt.Errorf("set up YouTube's API with a key: %w", err)
	}
	return apis, nil
}

// of is the access of whoever is logged in.
func (a youtubeAPIs) of(who identity) *platform.Live {
	if who.in && who.ended == "" {
		return a.logins
	}
	return a.nobodys
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
