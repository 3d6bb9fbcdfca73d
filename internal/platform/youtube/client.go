package youtube

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/api/option"
	api "google.golang.org/api/youtube/v3"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// Endpoints says where the platform is.
type Endpoints struct {
	API   string // root of the Data API and of uploads, without a path of theirs
	OAuth string // the token service's address
}

// Production is the platform itself.
var Production = Endpoints{
	API:   "https://youtube.googleapis.com",
	OAuth: "https://oauth2.googleapis.com/token",
}

// Config is what a Client needs.
type Config struct {
	// Endpoints that are empty are those of Production.
	Endpoints Endpoints
	// The application, and the token by which the channel's owner let it in.
	ClientID, ClientSecret, RefreshToken string
	// Tokens hands out the account's access token instead, when it is set.
	Tokens Tokens
	// HTTPClient makes the requests; nil means one of our own. Its redirect
	// policy and its timeout are replaced: a redirect could carry a token
	// elsewhere, and uploads may take hours.
	HTTPClient *http.Client
	UserAgent  string
	// Clock is compared with the end of a token and with dates in answers; nil
	// means time.Now.
	Clock func() time.Time
	// Timeout is for one request that is no upload; default 30 s.
	Timeout time.Duration
	// IdleTimeout ends a request of an upload that moves no byte in either
	// direction; default 1 min. There is no limit on the whole.
	IdleTimeout time.Duration
	Log         zerolog.Logger
	// OnToken is told each access token before it is used, so that logs can be
	// kept free of it; may be nil.
	OnToken func(access string)
}

// Client makes the calls of one account. It may be used by many goroutines.
type Client struct {
	cfg     Config
	http    *http.Client // with the account's token
	root    *url.URL     // of the API
	tokens  *tokens
	service *api.Service
}

// New checks the configuration and returns a client. It makes no request.
func New(cfg Config) (*Client, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	root, err := url.Parse(cfg.Endpoints.API)
	if err != nil {
		return nil, fmt.Errorf("read youtube's address: %w", err)
	}
	plain := clientFor(cfg.HTTPClient)
	c := &Client{cfg: cfg, root: root, tokens: newTokens(cfg, plain)}
	authorised := *plain
	authorised.Transport = &transport{client: c, next: plain.Transport}
	c.http = &authorised
	c.service, err = api.NewService(context.Background(), option.WithEndpoint(cfg.Endpoints.API+"/"), option.WithHTTPClient(c.http))
	if err != nil {
		return nil, fmt.Errorf("prepare youtube's client: %w", err)
	}
	c.service.UserAgent = cfg.UserAgent
	return c, nil
}

func (c Config) withDefaults() Config {
	if c.Endpoints.API == "" {
		c.Endpoints.API = Production.API
	}
	if c.Endpoints.OAuth == "" {
		c.Endpoints.OAuth = Production.OAuth
	}
	c.Endpoints.API = strings.TrimRight(c.Endpoints.API, "/")
	if c.UserAgent == "" {
		c.UserAgent = "streamsuites"
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.IdleTimeout <= 0 {
		c.IdleTimeout = time.Minute
	}
	if c.OnToken == nil {
		c.OnToken = func(string) {}
	}
	return c
}

func (c Config) check() error {
	var problems []error
	for _, a := range []struct{ name, address string }{{"api", c.Endpoints.API}, {"oauth", c.Endpoints.OAuth}} {
		u, err := url.Parse(a.address)
		if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
			problems = append(problems, fmt.Errorf("youtube %s address is not an http address", a.name))
		}
	}
	if c.Tokens != nil {
		return errors.Join(problems...)
	}
	for _, s := range []struct{ name, value string }{
		{"client id", c.ClientID}, {"client secret", c.ClientSecret}, {"refresh token", c.RefreshToken},
	} {
		if s.value == "" {
			problems = append(problems, fmt.Errorf("youtube %s is missing", s.name))
		}
	}
	return errors.Join(problems...)
}

// clientFor returns a client that follows no redirect and knows no total time.
func clientFor(given *http.Client) *http.Client {
	client := call.WithoutRedirects(given)
	if client.Transport == nil {
		client.Transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: 10 * time.Second,
			ForceAttemptHTTP2:   true,
			IdleConnTimeout:     90 * time.Second,
			MaxIdleConnsPerHost: 8,
		}
	}
	client.Timeout = 0
	return client
}
