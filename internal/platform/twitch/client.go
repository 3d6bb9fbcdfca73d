package twitch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
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
	cfg  Config
	http *http.Client

	mu     sync.Mutex
	limits map[string]time.Time // per token source: nothing may be asked before
}

// New checks the configuration and returns a client.
func New(cfg Config) (*Client, error) {
	var problems []error
	for name, base := range map[string]*string{"helix": &cfg.Endpoints.Helix, "oauth": &cfg.Endpoints.OAuth} {
		u, err := url.Parse(*base)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			problems = append(problems, fmt.Errorf("twitch %s address %q is not an http address", name, *base))
		}
		*base = strings.TrimRight(*base, "/")
	}
	if cfg.ClientID == "" {
		problems = append(problems, errors.New("twitch client id is missing"))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return &Client{cfg: cfg.withDefaults(), http: clientFor(cfg.HTTPClient), limits: map[string]time.Time{}}, nil
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

func clientFor(given *http.Client) *http.Client {
	client := http.Client{}
	if given != nil {
		client = *given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}
