package kick

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/tell"
)

// Client is the chat of one account: any number of channels over as many
// connections as they need. Its methods may be called from any goroutine, also
// from the Handler's, except that Send, Delete and Live wait and must not be
// called from there.
type Client struct {
	cfg     Config
	handler Handler
	merger  *merger
	people  people
	stats   counters

	life    context.Context // ends with Run
	end     context.CancelFunc
	resolve chan struct{} // something is to be found out
	keep    chan struct{} // channels came or went

	mu       tell.Mutex      // what is noted goes to the handler
	ctx      context.Context // of Run; nil before
	ended    bool
	running  sync.WaitGroup
	channels map[string]*channel
	sessions []*session

	calls       API       // of the account that is logged in now
	login       string    // its slug; empty when it is not known
	ownID       string    // its id; empty until it is known
	era         int       // grows with each login
	parked      error     // why the account's login is refused, or nil
	parkedSend  bool      // sending was refused, not asking
	parkedUntil time.Time // sending is not tried before
	pausedUntil time.Time // all sends, after the platform said "too fast"
}

// New returns a client that tells the handler what it reads. Nothing happens
// before Run.
func New(cfg Config, handler Handler) *Client {
	cfg = cfg.withDefaults()
	c := &Client{
		cfg: cfg, handler: handler, channels: map[string]*channel{},
		merger:  newMerger(cfg.Limits.Remembered, cfg.Timing.Twin),
		resolve: make(chan struct{}, 1), keep: make(chan struct{}, 1),
	}
	c.calls, c.login = cfg.API, slugOf(cfg.Login)
	c.life, c.end = context.WithCancel(context.Background())
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
	c.mu.Lock()
	if c.ctx != nil {
		c.mu.Unlock()
		return ErrRunning
	}
	c.ctx = ctx
	c.mu.Unlock()
	c.running.Go(func() { c.runResolver(ctx) })
	if c.cfg.Subscriptions != nil {
		c.running.Go(func() { c.runKeeper(ctx) })
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

// Join starts reading a channel, which is named by its slug, for a creator.
// Joining a channel again changes its creator, and gives one that was parked or
// not writable a new chance.
func (c *Client) Join(name, creatorID string) error {
	name, err := channelName(name)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	ch := c.channels[name]
	if ch == nil {
		ch = &channel{name: name, creatorID: creatorID}
		c.channels[name] = ch
		c.setState(ch, StateConnecting, "")
		c.pokeResolver()
		return nil
	}
	ch.creatorID, ch.off = creatorID, ""
	if ch.session != nil && ch.state == StatePaused {
		poke(ch.session.again)
	}
	if ch.phase == phaseParked {
		ch.phase, ch.due, ch.attempts, ch.refusals = phaseUnknown, time.Time{}, 0, 0
		c.setState(ch, StateConnecting, "")
		c.pokeResolver()
	}
	c.showJoined(ch)
	return nil
}

// Part stops reading a channel.
func (c *Client) Part(name string) {
	name, err := channelName(name)
	if err != nil {
		return
	}
	c.mu.Lock()
	ch := c.channels[name]
	if ch == nil {
		c.mu.Unlock()
		return
	}
	delete(c.channels, name)
	ch.removed = true
	c.setState(ch, StateInactive, "")
	leave := c.detached(ch)
	poke(c.keep)
	c.mu.UnlockAndTell()
	leave()
}

// detached takes a channel off its connection and returns what has to be said
// there, without the lock.
func (c *Client) detached(ch *channel) func() {
	s := ch.session
	if s == nil {
		return func() {}
	}
	ch.session = nil
	delete(s.channels, ch.name)
	conn, topics := s.conn, s.untopic(ch)
	if len(s.channels) == 0 {
		s.cancel()
		c.sessions = slices.DeleteFunc(c.sessions, func(other *session) bool { return other == s })
		return func() {}
	}
	return func() {
		for _, topic := range topics {
			if conn != nil {
				_ = conn.Unsubscribe(topic) // a broken connection has left by itself
			}
		}
	}
}

// attach gives a channel to its connection, to one with room, or to a new one.
func (c *Client) attach(ch *channel) {
	if c.ended {
		return
	}
	ch.phase = phaseWaiting
	if ch.session == nil {
		for _, s := range c.sessions {
			if 2*len(s.channels)+2 <= c.cfg.Limits.SubscriptionsPerConnection {
				ch.session, s.channels[ch.name] = s, ch
				break
			}
		}
	}
	if ch.session != nil {
		poke(ch.session.wake)
		return
	}
	ctx, cancel := context.WithCancel(c.ctx)
	s := &session{c: c, cancel: cancel, wake: make(chan struct{}, 1), again: make(chan struct{}, 1), channels: map[string]*channel{ch.name: ch}, topics: map[string]*channel{}}
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
		all[name] = Status{
			CreatorID: ch.creatorID, State: ch.state, Detail: ch.detail, Since: ch.since,
			LastEvent: ch.heard, ChatroomID: ch.chatroomID, SendOff: ch.off,
		}
	}
	return all
}

// stopped shows the end of everything.
func (c *Client) stopped() {
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	for _, name := range slices.Sorted(maps.Keys(c.channels)) {
		c.setState(c.channels[name], StateInactive, "")
	}
}

// emit hands an event on, unless it was told before.
func (c *Client) emit(via source, t told) {
	e := &t.event
	switch {
	case e.Author.ID == anonymousID:
	case e.Author.ID != "":
		c.people.learn(e.Author)
	case e.Author.Login != "":
		e.Author.ID = c.people.idOf(e.Author.Login)
	}
	if !c.merger.first(via, &t) {
		c.stats.duplicates.Add(1)
		return
	}
	if c.merger.partOfGift(&t) {
		c.stats.countOther("subscription of a gift")
		return
	}
	if e.ReceivedAt.Sub(e.SentAt) > c.cfg.Timing.Late {
		c.stats.late.Add(1)
		if via == viaWebhook {
			c.stats.lateHooks.Add(1)
		}
	}
	e.Via = via.way()
	c.complete(&t)
	c.stats.events.Add(1)
	c.handler.OnEvent(*e)
}

// complete adds what the client knows and notes what the event tells of the
// channel.
func (c *Client) complete(t *told) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &t.event
	ch := c.channels[e.Channel]
	if ch == nil {
		return
	}
	ch.heard = e.ReceivedAt
	if !t.started.IsZero() {
		ch.started = t.started
	}
	if t.ended {
		ch.started = time.Time{}
	}
	if e.Kind.Inert() {
		return
	}
	e.Self = (c.ownID != "" && e.Author.ID == c.ownID) || (c.login != "" && e.Author.Login == c.login)
	if ch.broadcasterID != 0 && e.Author.ID == decimal(ch.broadcasterID) && e.Kind == chat.Message {
		e.Author.Roles |= chat.Broadcaster
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (c *Client) pokeResolver() { poke(c.resolve) }
