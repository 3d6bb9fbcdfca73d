package roles

import (
	"context"
	"fmt"
	"net/http"

	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/destination/folder"
	"github.com/streamsuites/streamsuites/internal/destination/youtube"
	platform "github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/version"
)

// destinations are the places that clips can be published at.
func (p Parts) destinations(ctx context.Context) (map[string]destination.Destination, error) {
	published, err := folder.New(p.Dir.ClipsPublished(), p.PublicBase())
	if err != nil {
		return nil, err
	}
	channels, err := p.youtubeChannels(ctx)
	if err != nil {
		return nil, err
	}
	videos := youtube.New(youtube.Options{
		Channel: channels.of, Sessions: p.Store, Quotas: p.Store, Calls: creatorCalls{p.governor(), chat.YouTube}, Log: p.Log,
	})
	return map[string]destination.Destination{published.Name(): published, videos.Name(): videos}, nil
}

// youtubeChannels are the accounts that publish on YouTube.
type youtubeChannels struct {
	config  func() *config.Config       // in force
	clients map[string]*platform.Client // by the account's label
}

func (p Parts) youtubeChannels(ctx context.Context) (youtubeChannels, error) {
	c := youtubeChannels{p.config, map[string]*platform.Client{}}
	endpoints := p.Config.Platform(chat.YouTube).YouTube
	transport, err := trusting(endpoints.CAFile)
	if err != nil {
		return c, err
	}
	for label, account := range p.Config.YouTube {
		if !account.HasApplication() {
			continue // the configuration has warned about it
		}
		given, err := p.youtubeTokens(ctx, account)
		if err != nil {
			return c, err
		}
		if given == nil && !account.Complete() {
			continue
		}
		c.clients[label], err = platform.New(platform.Config{
			Endpoints: platform.Endpoints{API: endpoints.API, OAuth: endpoints.OAuth},
			ClientID:  account.ClientID, ClientSecret: account.ClientSecret.Reveal(), RefreshToken: account.RefreshToken.Reveal(), Tokens: given,
			HTTPClient: transport, UserAgent: "StreamSuites/" + version.Version,
			OnToken: func(access string) { p.Redactor.Add(access) },
			Log:     p.Log,
		})
		if err != nil {
			return c, fmt.Errorf("set up YouTube's API: %w", err)
		}
	}
	c.advise(p)
	return c, nil
}

// trusting returns a client that trusts a file's certificates besides the
// system's; nil without a file.
func trusting(caFile string) (*http.Client, error) {
	if caFile == "" {
		return nil, nil
	}
	trusted, err := twitch.TLSWithCA(caFile)
	if err != nil {
		return nil, fmt.Errorf("trust %s: %w", caFile, err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = trusted
	return &http.Client{Transport: transport}, nil
}

// of returns where a creator's clips go.
func (c youtubeChannels) of(creatorID string) (youtube.Channel, bool) {
	cfg := c.config()
	creator := cfg.Creator(creatorID)
	if creator == nil {
		return youtube.Channel{}, false
	}
	client, ok := c.clients[creator.YouTubeAccount]
	return youtube.Channel{Client: client, Video: metadataOf(cfg.Video(creator)), Quota: cfg.YouTubeQuota(creator)}, ok
}

// advise warns about what YouTube would refuse for every clip.
func (c youtubeChannels) advise(p Parts) {
	cfg := c.config()
	for i := range cfg.Creators {
		creator := &cfg.Creators[i]
		for _, problem := range youtube.Validate(metadataOf(cfg.Video(creator))) {
			p.Log.Warn().Str("creator", creator.ID).Str("setting", "clips.youtube."+problem.Field).
				Msg("YouTube will not take this: it " + problem.Text)
		}
	}
}

func metadataOf(v config.Video) youtube.Metadata {
	return youtube.Metadata{
		Title: v.Title, Description: v.Description, Tags: v.Tags, Privacy: v.Privacy, CategoryID: v.CategoryID,
		MadeForKids: v.MadeForKids, NotifySubscribers: v.NotifySubscribers,
	}
}
