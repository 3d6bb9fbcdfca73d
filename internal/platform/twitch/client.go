package twitch

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// Endpoints says where the platform is.
type Endpoints struct {
	Helix string // base of the API
	OAuth string // base of the token service
}

// Production is the platform itself.
var Production = Endpoints{
	Helix: "https://api.twitch.tv/helix",
	OAuth: "https://id.twitch.tv/oauth2",
}

// Config is what a Client needs.
type Config struct {
	Endpoints    Endpoints
	ClientID     string
	ClientSecret string
	// HTTPClient makes the requests; nil means one of our own. Its redirect
	// policy is replaced: a redirect could carry a token elsewhere.
	HTTPClient *http.Client
	// Clock is compared with the reset times that the server announces; nil
	// means time.Now.
	Clock func() time.Time
	// Rand returns numbers in [0, 1) for jitter; nil means math/rand.
	Rand func() float64
	// Timeout is for one request; default 10 s.
	Timeout time.Duration
	// MaxWait is the longest wait for a rate limit; beyond it a call fails with
	// the wait in its error. Default 65 s, which covers the platform's minute.
	MaxWait time.Duration
	// Calls grants the calls of each token source, by its name; nil leaves the limit
	// to the platform.
	Calls Calls
	Log   zerolog.Logger
}

// Calls are the limits of credentials, shared by all hosts.
type Calls interface {
	// TakeCall takes one call of the API. A *budget.RefusedError says when there is
	// room again; then nothing was taken.
	TakeCall(ctx context.Context, credential string) error
}

// Client makes calls. It may be used by many goroutines.
type Client struct {
	cfg    Config
	caller call.Caller
	limits call.Limits // per token source
}

// New checks the configuration and returns a client.
func New(cfg Config) (*Client, error) {
	var problems []error
	for name, base := range map[string]*string{"helix": &cfg.Endpoints.Helix, "oauth": &cfg.Endpoints.OAuth} {
		var err error
		if *base, err = call.Base("twitch "+name, *base); err != nil {
			problems = append(problems, err)
		}
	}
	if cfg.ClientID == "" {
		problems = append(problems, errors.New("twitch client id is missing"))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	cfg = cfg.withDefaults()
	return &Client{cfg: cfg, caller: call.Caller{
		Platform: platform, HTTP: call.WithoutRedirects(cfg.HTTPClient), Timeout: cfg.Timeout, MaxWait: cfg.MaxWait,
		Clock: cfg.Clock, Rand: cfg.Rand, Explain: explain, Secret: cfg.ClientSecret,
	}}, nil
}

func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.MaxWait <= 0 {
		c.MaxWait = 65 * time.Second
	}
	return c
}
