package kick

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/pacing"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
)

// API is what an account does through the official interface. *platform.API
// implements it. An error may say Retryable() bool, RetryIn() time.Duration and
// Unanswered() bool of itself, and wraps the platform package's causes.
type API interface {
	Channels(ctx context.Context, slugs []string) ([]platform.Channel, error)
	Users(ctx context.Context, ids ...int64) ([]platform.User, error)
	Send(ctx context.Context, m platform.Message) (id string, err error)
	DeleteMessage(ctx context.Context, messageID string) error
}

// Rooms finds the numbers of a channel on the site. *platform.Client implements
// it.
type Rooms interface {
	Room(ctx context.Context, slug string) (platform.Room, error)
}

// Subscriptions are the events that the platform calls webhooks for.
// *platform.API implements it.
type Subscriptions interface {
	Subscriptions(ctx context.Context, broadcasterID int64) ([]platform.Subscription, error)
	Subscribe(ctx context.Context, broadcasterID int64, events []platform.EventType) ([]platform.Created, error)
	Unsubscribe(ctx context.Context, ids []string) error
}

// Config is what a Client needs. Zero values mean what the fields' comments
// say.
type Config struct {
	// Address returns the address of the message service, key included. It is asked
	// before every connection, so that a new key is used without a restart.
	Address func(ctx context.Context) (string, error)
	// API is the account's access. Nil means reading only.
	API API
	// Rooms finds chatrooms; nil means that only configured ones are read.
	Rooms Rooms
	// Chatroom returns the configured number of a channel's chatroom, or zero. It
	// wins over what the site says. Nil means that none is configured.
	Chatroom func(channel string) int64
	// Subscriptions is where webhooks are asked for as long as the client runs; nil
	// means that nobody asks for any. Their deliveries come in through Deliver.
	Subscriptions Subscriptions
	// Login is the account's name; messages of it are its own. Empty means that the
	// API is asked.
	Login string
	// As is platform.AsUser or platform.AsBot; empty means AsUser.
	As string
	// HTTPClient makes the handshake of the message service; nil means one of our
	// own.
	HTTPClient *http.Client
	// Budget grants messages and look-ups. Nil means a budget of this process
	// alone.
	Budget Budget
	// Clock tells the time that events, gaps and limits carry; nil means
	// time.Now. Waiting uses the runtime's timers.
	Clock func() time.Time
	// Rand returns numbers in [0, 1) for jitter; nil means math/rand.
	Rand func() float64
	// Limits and Timing replace the defaults field by field.
	Limits Limits
	Timing Timing
	Log    zerolog.Logger
}

// FixedAddress is an Address that does not change.
func FixedAddress(address string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return address, nil }
}

// Rate is a number of things within a sliding window.
type Rate struct {
	Count  int
	Window time.Duration
}

// Limits are what an account allows itself. The platform publishes no limits.
type Limits struct {
	Send                       Rate          // default 20 in 30 s
	Room                       Rate          // look-ups on the site; default 120 in 60 s
	ChannelInterval            time.Duration // between messages to one channel; default 1 s
	SubscriptionsPerConnection int           // default 100; a channel takes up to two
	MessageCharacters          int           // default 500
	Remembered                 int           // ids of events by which the second telling is known; default 16384
}

// Timing holds the waits. The defaults suit the platform.
type Timing struct {
	Handshake   time.Duration // from dialling to the service's greeting; default 15 s
	Write       time.Duration // one message to the service; default 10 s
	Activity    time.Duration // silence before the own ping, if the service names no shorter one; default 60 s
	Pong        time.Duration // silence after it before the connection is given up; default 30 s
	Subscribe   time.Duration // from a subscription to its confirmation; default 10 s
	Lookup      time.Duration // finding out about channels; default 20 s
	Parked      time.Duration // until what the platform refused is tried again, also a login; default 10 min
	Healthy     time.Duration // how long a connection must hold to reset the backoff; default 60 s
	BackoffBase time.Duration // upper bound of the first wait; default 1 s
	BackoffMax  time.Duration // upper bound of every wait; default 60 s
	Late        time.Duration // after which an event counts as late; default 60 s
	Twin        time.Duration // how far the times may differ that both sources give one thing without an id; default 10 min
	Keep        time.Duration // between looks at the subscriptions of webhooks; default 5 min
	Farewell    time.Duration // for ending them when the client ends; default 5 s
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
	if c.Budget == nil {
		c.Budget = pacing.NewWindow(c.Clock)
	}
	if c.As == "" {
		c.As = platform.AsUser
	}
	if c.Chatroom == nil {
		c.Chatroom = func(string) int64 { return 0 }
	}
	c.Limits = c.Limits.withDefaults()
	c.Timing = c.Timing.withDefaults()
	return c
}

func (l Limits) withDefaults() Limits {
	rate := func(r *Rate, count int, window time.Duration) {
		if r.Count <= 0 || r.Window <= 0 {
			*r = Rate{count, window}
		}
	}
	rate(&l.Send, 20, 30*time.Second)
	rate(&l.Room, 120, time.Minute)
	duration(&l.ChannelInterval, time.Second)
	number := func(n *int, fallback int) {
		if *n <= 0 {
			*n = fallback
		}
	}
	number(&l.SubscriptionsPerConnection, 100)
	number(&l.MessageCharacters, platform.MaxMessage)
	number(&l.Remembered, 16384)
	return l
}

func (t Timing) withDefaults() Timing {
	duration(&t.Handshake, 15*time.Second)
	duration(&t.Write, 10*time.Second)
	duration(&t.Activity, time.Minute)
	duration(&t.Pong, 30*time.Second)
	duration(&t.Subscribe, 10*time.Second)
	duration(&t.Lookup, 20*time.Second)
	duration(&t.Parked, 10*time.Minute)
	duration(&t.Healthy, time.Minute)
	duration(&t.BackoffBase, time.Second)
	duration(&t.BackoffMax, time.Minute)
	duration(&t.Late, time.Minute)
	duration(&t.Twin, 10*time.Minute)
	duration(&t.Keep, 5*time.Minute)
	duration(&t.Farewell, 5*time.Second)
	return t
}

func duration(d *time.Duration, fallback time.Duration) {
	if *d <= 0 {
		*d = fallback
	}
}

func (c Config) validate() error {
	if c.Address == nil {
		return errors.New("kick chat has no address of the message service")
	}
	if c.As != platform.AsUser && c.As != platform.AsBot {
		return fmt.Errorf("kick chat sends as %q: allowed are user and bot", c.As)
	}
	return nil
}

// checkAddress refuses what cannot be a message service's, without repeating it:
// it holds a key.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss") {
		return errors.New("the address of the message service is not a websocket's")
	}
	return nil
}
