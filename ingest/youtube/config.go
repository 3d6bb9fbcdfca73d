package youtube

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// BucketSend is the bucket of an account's budget that messages are taken from.
const BucketSend = "livechat"

// Budget grants what an account may do. Its implementation is shared by all
// hosts that use the account.
type Budget interface {
	// Take asks for tokens out of limit in every window. A wait of zero means
	// granted; otherwise nothing was taken and there may be room after it.
	Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (wait time.Duration, err error)
}

// Meter counts the units of the quota that calls take. Its implementation is
// shared by all that use the same credential.
type Meter interface {
	// Reserve takes what one call of a method costs, before the call. settle has
	// to be called after it and tells whether the platform counted the call. A
	// *quota.ExhaustedError says that nothing is left and until when.
	Reserve(ctx context.Context, method string) (settle func(ctx context.Context, used bool), err error)
	// Left is how many units today still holds.
	Left(ctx context.Context) (int64, error)
	// Exhausted notes that the platform refused a call because its day is used up.
	Exhausted(ctx context.Context, method string) error
}

// Cursor is how far a live chat was read.
type Cursor struct {
	ChatID string
	Page   string    // token for what follows
	LastAt time.Time // of the newest message before it
}

// Cursors keeps cursors over restarts.
type Cursors interface {
	// LoadCursor returns the cursor of a channel; the zero Cursor when there is none.
	LoadCursor(ctx context.Context, channel string) (Cursor, error)
	SaveCursor(ctx context.Context, channel string, cursor Cursor) error
}

// Config is what a Client needs. Zero values mean what the fields' comments say.
type Config struct {
	// API makes the calls, with a key or for an account, until Relogin gives another.
	API *youtube.Live
	// Video names the broadcast of a channel where somebody configured one, so that
	// it need not be looked for; it returns "" otherwise. It must
	// not call the client. May be nil.
	Video func(channel string) string
	// Meter counts units; nil means a meter of this process alone with the
	// platform's default quota.
	Meter Meter
	// Costs are the units of the methods, for planning; nil means the platform's.
	Costs quota.Costs
	// Budget grants messages; nil means that only this client's own pace holds.
	Budget Budget
	// Cursors may be nil: then a restart begins at the chat's recent history.
	Cursors Cursors
	// Clock tells the time that events, gaps and plans carry; nil means time.Now.
	// Waiting uses the runtime's timers.
	Clock func() time.Time
	// Rand returns numbers in [0, 1) for jitter, to several goroutines at once; nil
	// means math/rand.
	Rand func() float64
	// PollOnly does without the push stream.
	PollOnly bool
	// Limits, Timing and Plan replace the defaults field by field.
	Limits Limits
	Timing Timing
	Plan   Plan
	Log    zerolog.Logger
}

// Limits are the platform's limits for one account.
type Limits struct {
	SendCount         int           // messages of the account in SendWindow; default 20
	SendWindow        time.Duration // default 30 s
	ChannelInterval   time.Duration // between messages to a channel; default 1.2 s
	MessageCharacters int           // default 200
	SearchesPerDay    int           // calls of the platform's search; default 0: it is not used
}

// Timing holds the waits. The defaults suit the platform.
type Timing struct {
	Detect       time.Duration // shortest time between two looks at a channel; default 1 min
	Over         time.Duration // until a channel is looked at again whose broadcast ended; default 30 s
	Disabled     time.Duration // until one is whose chat is turned off; default 3 min
	Parked       time.Duration // until one is that the platform refuses; default 10 min
	Search       time.Duration // between two searches for one channel; default 15 min
	Poll         time.Duration // between two pages where the platform names no interval; default 5 s
	Stream       time.Duration // least between two connections of a stream; default 1 s
	StreamAgain  time.Duration // until a stream that was refused is tried again; default 30 min
	Healthy      time.Duration // how long a connection must hold to reset the backoff; default 30 s
	BackoffBase  time.Duration // upper bound of the first wait; default 1 s
	BackoffMax   time.Duration // upper bound of every wait; default 60 s
	ThrottledMax time.Duration // longest wait after "too fast"; default 5 min
	CursorLag    time.Duration // how old what a stored cursor leaves behind has to be; default 15 s
	Left         time.Duration // how long an answer of Meter.Left is good; default 30 s
	Starved      time.Duration // how often to look whether the quota was raised; default 10 min
	Send         time.Duration // for one message to be taken; default 10 s
}

func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	local := c.Clock
	c.Clock = func() time.Time { return local().UTC() }
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	if c.Video == nil {
		c.Video = func(string) string { return "" }
	}
	if c.Costs == nil {
		c.Costs = quota.YouTubeCosts()
	}
	if c.Meter == nil {
		c.Meter = NewLocalMeter(quota.DefaultYouTubeUnits, c.Costs, c.Clock)
	}
	c.Limits, c.Timing, c.Plan = c.Limits.withDefaults(), c.Timing.withDefaults(), c.Plan.withDefaults()
	return c
}

func (l Limits) withDefaults() Limits {
	if l.SendCount <= 0 {
		l.SendCount = 20
	}
	duration(&l.SendWindow, 30*time.Second)
	duration(&l.ChannelInterval, 1200*time.Millisecond)
	if l.MessageCharacters <= 0 {
		l.MessageCharacters = 200
	}
	return l
}

func (t Timing) withDefaults() Timing {
	duration(&t.Detect, time.Minute)
	duration(&t.Over, 30*time.Second)
	duration(&t.Disabled, 3*time.Minute)
	duration(&t.Parked, 10*time.Minute)
	duration(&t.Search, 15*time.Minute)
	duration(&t.Poll, 5*time.Second)
	duration(&t.Stream, time.Second)
	duration(&t.StreamAgain, 30*time.Minute)
	duration(&t.Healthy, 30*time.Second)
	duration(&t.BackoffBase, time.Second)
	duration(&t.BackoffMax, time.Minute)
	duration(&t.ThrottledMax, 5*time.Minute)
	duration(&t.CursorLag, 15*time.Second)
	duration(&t.Left, 30*time.Second)
	duration(&t.Starved, 10*time.Minute)
	duration(&t.Send, 10*time.Second)
	return t
}

func duration(d *time.Duration, fallback time.Duration) {
	if *d <= 0 {
		*d = fallback
	}
}

func (c Config) validate() error {
	if c.API == nil {
		return errors.New("youtube chat has nothing to make its calls with")
	}
	return nil
}
