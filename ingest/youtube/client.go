package youtube

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/tell"
)

// Client is the chat of any number of channels for one account or key. Its methods
// may be called from any goroutine, also from the Handler's, except that Send and
// Delete wait and must not be called from there.
type Client struct {
	cfg     Config
	handler Handler
	planner Planner
	account *account
	units   *units
	stats   counters

	life context.Context // ends with Run
	end  context.CancelFunc
	wake chan struct{} // holds one token when a channel may be due

	mu       tell.Mutex      // what is noted goes to the handler
	ctx      context.Context // of Run; nil before
	ended    bool
	running  sync.WaitGroup
	channels map[string]*channel
	own      *youtube.Channel // the account's; nil until known, zero when it has none

	pausedUntil time.Time // all sends, after the platform said "too fast"
}

// New returns a client that tells the handler what it reads. Nothing happens
// before Run.
func New(cfg Config, handler Handler) *Client {
	c := &Client{cfg: cfg.withDefaults(), handler: handler, channels: map[string]*channel{}, wake: make(chan struct{}, 1)}
	c.planner = NewPlanner(c.cfg.Plan, c.cfg.Costs, c.cfg.Clock)
	c.account = newAccount()
	c.units = &units{meter: c.cfg.Meter, costs: c.cfg.Costs, clock: c.cfg.Clock, good: c.cfg.Timing.Left}
	c.life, c.end = context.WithCancel(context.Background())
	return c
}

// Run looks for broadcasts and reads their chats until ctx ends, then returns nil
// when nothing of the client runs any more. Whatever happens to connections and
// logins shows in the states of the channels; an error means that the configuration
// cannot work or that the client was run before.
func (c *Client) Run(ctx context.Context) error {
	if err := c.cfg.validate(); err != nil {
		return err
	}
	c.mu.Lock()
	if c.ctx != nil {
		c.mu.Unlock()
		return ErrRunning
	}
	c.ctx = ctx
	c.mu.Unlock()
	(&detector{c: c}).run(ctx)
	c.end()
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.running.Wait()
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	for _, name := range slices.Sorted(maps.Keys(c.channels)) {
		c.setState(c.channels[name], StateInactive, "")
	}
	return nil
}

// Join starts watching a channel for a creator: an id (UC…) or a handle. Joining a
// channel again changes its creator, and gives one that was parked or not writable
// a new chance.
func (c *Client) Join(name, creatorID string) error {
	name, err := checkName(name)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	ch := c.channels[name]
	if ch == nil {
		ch = newChannel(name, creatorID)
		c.channels[name] = ch
		c.setState(ch, StateConnecting, "")
	}
	ch.creatorID, ch.sendOff = creatorID, ""
	if ch.reader == nil {
		ch.due = time.Time{}
		token(c.wake)
	}
	return nil
}

// Part stops watching a channel.
func (c *Client) Part(name string) {
	name, err := checkName(name)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	ch := c.channels[name]
	if ch == nil {
		return
	}
	delete(c.channels, name)
	ch.removed = true
	c.setState(ch, StateInactive, "")
	if ch.reader != nil {
		ch.reader.cancel()
	}
}

// Resume lets an account that needed a login try again, after somebody gave it a
// new token.
func (c *Client) Resume() { c.account.resume() }

// States returns the status of every channel.
func (c *Client) States() map[string]Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make(map[string]Status, len(c.channels))
	for name, ch := range c.channels {
		status := Status{
			CreatorID: ch.creatorID, State: ch.state, Detail: ch.detail, Since: ch.since, LastRead: ch.lastRead, SendOff: ch.sendOff,
		}
		if ch.live != nil {
			status.VideoID = ch.live.ID
		}
		if ch.reader != nil {
			status.Polling = ch.reader.polling.Load()
		}
		all[name] = status
	}
	return all
}

// Live tells which of the channels are live, from what was found out last: it asks
// the platform nothing. An *UnknownError names those of which nothing was found out
// yet; the answer holds for the others.
func (c *Client) Live(_ context.Context, names []string) (map[string]control.Stream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	live := map[string]control.Stream{}
	var unknown []string
	for _, name := range names {
		clean, err := checkName(name)
		if err != nil {
			continue
		}
		ch := c.channels[clean]
		switch {
		case ch == nil || !ch.known:
			unknown = append(unknown, name)
		case ch.live != nil:
			live[name] = control.Stream{
				StreamID: ch.live.ID, Title: ch.live.Title, StartedAt: ch.live.Started, Viewers: ch.live.Viewers,
			}
		}
	}
	if len(unknown) > 0 {
		return live, &UnknownError{Channels: unknown}
	}
	return live, nil
}

func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
