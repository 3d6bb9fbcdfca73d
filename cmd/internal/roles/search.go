package roles

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/source"
)

// search finds a broadcast's address in the ways that its creator chose.
type search struct {
	ways      []config.CaptureFrom
	quality   string
	sites     source.Sites
	client    *http.Client // of the platform's site
	runner    source.Runner
	broadcast source.Broadcast
}

func (s sources) search(cfg *config.Config, creator *config.Creator, stream control.Stream) (search, error) {
	sites, caFile := sitesOf(cfg, stream.Platform)
	client, err := trusting(caFile)
	if err != nil {
		return search{}, err
	}
	if client == nil {
		client = http.DefaultClient
	}
	return search{
		ways: creator.Capture.From, quality: creator.Capture.Quality, sites: sites, client: client,
		runner: source.Runner{Children: s.children, Patience: s.patience},
		broadcast: source.Broadcast{
			Platform: stream.Platform, Channel: stream.Channel, StreamID: stream.StreamID, WatchURL: creator.Rumble.WatchURL,
		},
	}, nil
}

// sitesOf are the platforms' sites, and the file with authorities to trust on the
// one of the given platform.
func sitesOf(cfg *config.Config, of chat.Platform) (sites source.Sites, caFile string) {
	sites = source.RealSites()
	for _, p := range cfg.Platforms {
		own := ""
		switch chat.Platform(p.Name) {
		case chat.Twitch:
			sites.Twitch, own = cmp.Or(p.Twitch.Site, sites.Twitch), p.Twitch.CAFile
		case chat.YouTube:
			sites.YouTube, own = cmp.Or(p.YouTube.Site, sites.YouTube), p.YouTube.CAFile
		case chat.Kick:
			sites.Kick, own = cmp.Or(p.Kick.Site, sites.Kick), p.Kick.CAFile
		}
		if chat.Platform(p.Name) == of {
			caFile = own
		}
	}
	return sites, caFile
}

// find returns the first address that one of the ways leads to.
func (s search) find(ctx context.Context) (string, error) {
	problems := &searchError{}
	for _, way := range s.ways {
		address, err := s.by(ctx, way)
		if err == nil {
			return address, nil
		}
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		problems.ways = append(problems.ways, err)
	}
	return "", problems
}

func (s search) by(ctx context.Context, way config.CaptureFrom) (string, error) {
	if way == config.FromPlatform {
		return s.sites.OfPlatform(ctx, s.client, s.broadcast)
	}
	page, err := s.sites.Page(s.broadcast)
	if err != nil {
		return "", err
	}
	program, _ := ProgramOf(way)
	return s.runner.Ask(ctx, program, page, s.quality)
}

// ProgramOf returns the program behind a way of finding addresses; there is none
// behind the platform itself.
func ProgramOf(way config.CaptureFrom) (source.Program, bool) {
	switch way {
	case config.FromStreamlink:
		return source.Streamlink, true
	case config.FromYTDLP:
		return source.YTDLP, true
	default:
		return source.Program{}, false
	}
}

// searchError says on one line why none of the ways led to an address.
type searchError struct{ ways []error }

// Error implements error.
func (e *searchError) Error() string {
	texts := make([]string, len(e.ways))
	for i, err := range e.ways {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns what was wrong with each way.
func (e *searchError) Unwrap() []error { return e.ways }
