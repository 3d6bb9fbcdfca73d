package twitch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/pacing"
)

// Endpoints says where the chat server is.
type Endpoints struct {
	// Address is host:port of the chat server.
	Address string
	// Plain speaks TCP without TLS. Tokens then cross the network readable.
	Plain bool
}

// Production is Twitch's own chat server.
var Production = Endpoints{Address: "irc.chat.twitch.tv:6697"}

// Config is what a Client needs. Zero values mean what the fields' comments
// say.
type Config struct {
	Endpoints Endpoints
	// Login is the account's name. Empty means anonymous: reading only.
	Login string
	// Token returns the account's current access token, with or without the
	// "oauth:" prefix. It is asked before every login.
	Token func(ctx context.Context) (string, error)
	// Refresh replaces a token that the server refused. Nil means that a
	// refused token needs a person. An error that has a method Retryable() bool
	// answering true is tried again later; any other parks the account.
	Refresh func(ctx context.Context, refused string) (string, error)
	// Delete takes a message out of chat through the platform's API; it returns
	// nil when the message is gone. Nil means that messages cannot be deleted. Of
	// an error, Retryable() bool says whether another try may help, RetryIn()
	// time.Duration when, and Unanswered() bool that the message may be gone.
	Delete func(ctx context.Context, deletion Deletion) error
	// Speak says something through the platform's API in place of the chat
	// connection; nil means that the connection is written to. Of an error,
	// Dropped() string is the platform's code for a message that it took and did not
	// show; the rest is as for Delete.
	Speak func(ctx context.Context, u Utterance) error
	// TLS is the base of the TLS configuration: roots, minimum version. Nil
	// means the system's roots.
	TLS *tls.Config
	// Budget grants logins, joins and messages. Nil means a budget of this
	// process alone.
	Budget Budget
	// Clock tells the time that events, gaps and limits carry; nil means
	// time.Now. Waiting uses the runtime's timers.
	Clock func() time.Time
	// Rand returns numbers in [0, 1) for jitter; nil means math/rand.
	Rand func() float64
	// Dial opens a connection; nil means a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Limits and Timing replace the defaults field by field.
	Limits Limits
	Timing Timing
	Log    zerolog.Logger
}

// Rate is a number of things within a sliding window.
type Rate struct {
	Count  int
	Window time.Duration
}

// Limits are the platform's limits for one account. The defaults are those of
// an ordinary account with a margin on the windows; a verified bot has more.
type Limits struct {
	Login                 Rate          // default 20 in 10 s
	Join                  Rate          // default 20 in 11 s
	Send                  Rate          // default 20 in 32 s
	SendModerator         Rate          // default 100 in 32 s
	ChannelInterval       time.Duration // between messages to a channel where the account is no moderator; default 1.2 s
	ChannelsPerConnection int           // default 100
	MessageCharacters     int           // default 500
}

// Timing holds the waits. The defaults suit the platform.
type Timing struct {
	Dial        time.Duration // TCP and TLS; default 10 s
	Handshake   time.Duration // from connected to welcomed; default 10 s
	Write       time.Duration // one line; default 10 s
	Idle        time.Duration // silence before the own PING; default 30 s
	Pong        time.Duration // silence after it before the connection is given up; default 10 s
	Join        time.Duration // from JOIN to its confirmation; default 10 s
	Parked      time.Duration // until a channel that the platform refused is tried again; default 10 min
	Healthy     time.Duration // how long a connection must hold to reset the backoff; default 60 s
	BackoffBase time.Duration // upper bound of the first wait; default 1 s
	BackoffMax  time.Duration // upper bound of every wait; default 60 s
	SendWait    time.Duration // how long a message waits for its channel to be live; default 15 s
	Confirm     time.Duration // from a message to the server's answer; default 5 s
	Throttled   time.Duration // pause of all sends after the server said "too fast"; default 30 s
	Duplicate   time.Duration // within which the server drops an equal text; default 30 s
}

func (c Config) withDefaults() Config {
	c.Login = strings.ToLower(strings.TrimSpace(c.Login))
	if c.Clock == nil {
		c.Clock = time.Now
	}
	local := c.Clock
	c.Clock = func() time.Time { return local().UTC() }
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext
	}
	if c.Budget == nil {
		c.Budget = pacing.NewWindow(c.Clock)
	}
	c.Limits = c.Limits.withDefaults()
	c.Timing = c.Timing.withDefaults()
	return c
}

// DefaultLimits are the limits of an ordinary account.
func DefaultLimits() Limits { return Limits{}.withDefaults() }

func (l Limits) withDefaults() Limits {
	rate := func(r *Rate, count int, window time.Duration) {
		if r.Count <= 0 || r.Window <= 0 {
			*r = Rate{count, window}
		}
	}
	rate(&l.Login, 20, 10*time.Second)
	rate(&l.Join, 20, 11*time.Second)
	rate(&l.Send, 20, 32*time.Second)
	rate(&l.SendModerator, 100, 32*time.Second)
	duration(&l.ChannelInterval, 1200*time.Millisecond)
	if l.ChannelsPerConnection <= 0 {
		l.ChannelsPerConnection = 100
	}
	if l.MessageCharacters <= 0 {
		l.MessageCharacters = 500
	}
	return l
}

func (t Timing) withDefaults() Timing {
	duration(&t.Dial, 10*time.Second)
	duration(&t.Handshake, 10*time.Second)
	duration(&t.Write, 10*time.Second)
	duration(&t.Idle, 30*time.Second)
	duration(&t.Pong, 10*time.Second)
	duration(&t.Join, 10*time.Second)
	duration(&t.Parked, 10*time.Minute)
	duration(&t.Healthy, time.Minute)
	duration(&t.BackoffBase, time.Second)
	duration(&t.BackoffMax, time.Minute)
	duration(&t.SendWait, 15*time.Second)
	duration(&t.Confirm, 5*time.Second)
	duration(&t.Throttled, 30*time.Second)
	duration(&t.Duplicate, 30*time.Second)
	return t
}

func duration(d *time.Duration, fallback time.Duration) {
	if *d <= 0 {
		*d = fallback
	}
}

func (c Config) anonymous() bool { return c.Login == "" }

func (c Config) validate() error {
	if _, _, err := net.SplitHostPort(c.Endpoints.Address); err != nil {
		return fmt.Errorf("twitch chat address %q: %w", c.Endpoints.Address, err)
	}
	if !c.anonymous() && c.Token == nil {
		return fmt.Errorf("twitch chat account %q has no token", c.Login)
	}
	return nil
}

// TLSWithCA returns a TLS configuration that trusts the certificates in the PEM
// file besides the system's own; a simulator and a proxy have one of their own.
func TLSWithCA(file string) (*tls.Config, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read certificate authority for twitch chat: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read certificate authority for twitch chat: %s holds no PEM certificate", file)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}
