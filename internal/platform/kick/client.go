package kick

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// Endpoints says where the platform is.
type Endpoints struct {
	API   string // base of the official API
	OAuth string // base of the token service
	Site  string // base of the web site, which knows chatrooms
	// Pusher is the address of the message service that chat is read from, with the
	// application's key in it. The protocol's parameters may be left out.
	Pusher string
}

// Production is the platform itself. The key of the message service is that of
// the web site; it is not documented and has changed before.
var Production = Endpoints{
	API:    "https://api.kick.com",
	OAuth:  "https://id.kick.com",
	Site:   "https://kick.com",
	Pusher: "wss://ws-us2.pusher.com/app/32cbd69e4b950bf97679",
}

// Config is what a Client needs.
type Config struct {
	Endpoints    Endpoints
	ClientID     string
	ClientSecret string
	// HTTPClient makes the requests; nil means one of our own. Its redirect
	// policy is replaced: a redirect could carry a token elsewhere.
	HTTPClient *http.Client
	// Clock is compared with the ends of tokens; nil means time.Now.
	Clock func() time.Time
	// Rand returns numbers in [0, 1) for jitter; nil means math/rand.
	Rand func() float64
	// Timeout is for one request; default 10 s.
	Timeout time.Duration
	// MaxWait is the longest wait for a limit that the server announced; beyond
	// it a call fails with the wait in its error. Default 20 s.
	MaxWait time.Duration
	Log     zerolog.Logger
}

// Client makes calls. It may be used by many goroutines.
type Client struct {
	cfg    Config
	caller call.Caller
	limits call.Limits // per token source
}

// New checks the configuration and returns a client. Only what reads chat needs
// the address of the message service, so that it is not checked here.
func New(cfg Config) (*Client, error) {
	var problems []error
	for _, base := range []struct {
		name    string
		address *string
	}{{"api", &cfg.Endpoints.API}, {"oauth", &cfg.Endpoints.OAuth}, {"site", &cfg.Endpoints.Site}} {
		var err error
		if *base.address, err = call.Base("kick "+base.name, *base.address); err != nil {
			problems = append(problems, err)
		}
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
		c.MaxWait = 20 * time.Second
	}
	return c
}
