package twitch

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/tell"
)

// Client is the chat of one account: any number of channels over as many
// connections as they need. Its methods may be called from any goroutine, also
// from the Handler's, except that Send waits and must not be called from there.
type Client struct {
	cfg     Config
	handler Handler
	account *account
	stats   counters

	life context.Context // ends with Run
	end  context.CancelFunc

	mu       tell.Mutex      // what is noted goes to the handler
	ctx      context.Context // of Run; nil before
	ended    bool
	running  sync.WaitGroup
	channels map[string]*channel
	sessions []*session

	era             int       // grows with each other account
	ownLogin, ownID string    // as the server knows the account
	speechless      bool      // the account may not speak through the API
	lapsed          string    // why the client reads as nobody until somebody logs in, or empty
	pausedUntil     time.Time // all sends, after the server said "too fast"
	lastPlain       time.Time // last message to a channel where the account is no moderator
}

// New returns a client that tells the handler what it reads. Nothing happens
// before Run.
func New(cfg Config, handler Handler) *Client {
	c := &Client{cfg: cfg.withDefaults(), handler: handler, channels: map[string]*channel{}}
	c.life, c.end = context.WithCancel(context.Background())
	c.account = newAccount(&c.cfg)
	return c
}

// Run connects and serves until ctx ends, then returns nil when nothing of the
// client runs any more. Whatever happens to connections and logins shows in the
// states of the channels; an error means that the configuration cannot work or
// that the client was run before.
func (c *Client) Run(ctx context.Context) error {
	if err := c.cfg.validate(); err != nil {
		return err
	}
	if err := c.start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	c.end()
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.running.Wait()
	c.stopped()
	return nil
}

func (c *Client) start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	if c.ctx != nil {
		return ErrRunning
	}
	c.ctx = ctx
	for _, name := range slices.Sorted(maps.Keys(c.channels)) {
		c.place(c.channels[name])
	}
	return nil
}

// Join starts reading a channel for a creator. Joining a channel again changes
// its creator, and gives one that was parked or not writable a new chance.
func (c *Client) Join(name, creatorID string) error {
	name, err := channelName(name)
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
		c.place(ch)
		return nil
	}
	ch.creatorID, ch.out.off = creatorID, ""
	switch ch.phase {
	case phaseParked:
		ch.phase, ch.due, ch.attempts = phaseWaiting, time.Time{}, 0
		c.setState(ch, StateConnecting, "")
		if ch.session != nil {
			ch.session.poke()
		}
	case phaseJoined:
		c.showJoined(ch)
	}
	return nil
}

// Part stops reading a channel.
func (c *Client) Part(name string) {
	name, err := channelName(name)
	if err != nil {
		return
	}
	if conn := c.remove(name); conn != nil {
		_ = conn.write("PART #" + name) // a broken connection has left by itself
	}
}

func (c *Client) remove(name string) *conn {
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	ch := c.channels[name]
	if ch == nil {
		return nil
	}
	delete(c.channels, name)
	ch.removed = true
	ch.unanswered()
	c.setState(ch, StateInactive, "")
	s := ch.session
	if s == nil {
		return nil
	}
	delete(s.channels, name)
	if len(s.channels) == 0 {
		s.cancel()
		c.sessions = slices.DeleteFunc(c.sessions, func(other *session) bool { return other == s })
		return nil
	}
	return s.conn
}

// place gives a channel to a connection with room, or to a new one.
func (c *Client) place(ch *channel) {
	if c.ctx == nil || c.ended {
		return
	}
	for _, s := range c.sessions {
		if len(s.channels) < c.cfg.Limits.ChannelsPerConnection {
			s.channels[ch.name], ch.session = ch, s
			s.poke()
			return
		}
	}
	ctx, cancel := context.WithCancel(c.ctx)
	s := &session{c: c, cancel: cancel, wake: make(chan struct{}, 1), channels: map[string]*channel{ch.name: ch}}
	ch.session = s
	c.sessions = append(c.sessions, s)
	c.running.Go(func() {
		defer cancel()
		s.run(ctx)
	})
}

// States returns the status of every channel.
func (c *Client) States() map[string]Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make(map[string]Status, len(c.channels))
	for name, ch := range c.channels {
		status := Status{
			CreatorID: ch.creatorID, State: ch.state, Detail: ch.detail, Since: ch.since,
			Moderator: ch.moderator, SendOff: ch.out.off,
		}
		if ch.session != nil && ch.session.conn != nil {
			status.LastRead = ch.session.conn.lastHeard()
		}
		all[name] = status
	}
	return all
}

// take waits until the budget grants one.
func (c *Client) take(ctx context.Context, bucket string, rate Rate) error {
	for {
		pause, err := c.cfg.Budget.Take(ctx, bucket, 1, rate.Count, rate.Window)
		if err != nil {
			return &budgetError{bucket, err}
		}
		if pause <= 0 {
			return nil
		}
		if err := backoff.Wait(ctx, pause); err != nil {
			return err
		}
	}
}

// learnOwnID notes whose the session's connection is, if the account still is that.
func (s *session) learnOwnID(id string) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	if s.era == s.c.era {
		s.c.ownID = id
	}
}

// stopped shows the end of everything.
func (c *Client) stopped() {
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	for _, name := range slices.Sorted(maps.Keys(c.channels)) {
		c.setState(c.channels[name], StateInactive, "")
	}
}
