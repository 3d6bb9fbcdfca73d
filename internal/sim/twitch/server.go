package twitch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/keep"
	"github.com/streamsuites/streamsuites/internal/sim/window"
)

// Patience is how long the server waits. Zero fields take the usual.
type Patience struct {
	Login     time.Duration // for a login after connecting: 30 s
	Ping      time.Duration // of silence before the server asks PING: 4 min
	Pong      time.Duration // for an answer to it: 30 s
	Reconnect time.Duration // between RECONNECT and the close: 5 s
}

func (p Patience) filled() Patience {
	for value, usual := range map[*time.Duration]time.Duration{
		&p.Login: 30 * time.Second, &p.Ping: 4 * time.Minute, &p.Pong: 30 * time.Second, &p.Reconnect: 5 * time.Second,
	} {
		if *value == 0 {
			*value = usual
		}
	}
	return p
}

// Options of a server.
type Options struct {
	Dir      string // the server's own folder; created if missing
	Seed     Seed
	Faults   *faults.Switches
	Limits   Limits
	Patience Patience
	// HelixLag is how long Helix goes on telling the state before a change;
	// production caches for one to three minutes.
	HelixLag time.Duration
	TLS      *tls.Config      // for clients that begin with a TLS handshake; nil refuses them
	Clock    func() time.Time // nil for the machine's
	NewID    func() string    // ids and tokens; nil for random UUIDs
	// Joined is told of every account that joined a channel, not of anonymous
	// readers. It must not block.
	Joined func(channel, login string)
	Log    zerolog.Logger
}

// Server is the simulated platform. Its methods are safe for concurrent use.
type Server struct {
	options   Options
	seed      Seed
	statePath string
	now       func() time.Time
	helix     *points

	mu       sync.Mutex // guards everything below, and the order of messages
	state    state
	messages *keep.Journal[Message]
	conns    map[*conn]struct{}
	rooms    map[string]map[*conn]struct{}
	held     map[string]delivery // by channel: kept back by the fault "reorder"
	logins   window.Windows
	joins    window.Windows
	sent     window.Windows
}

// Open reads what the folder remembers of this world, or begins it.
func Open(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.NewID == nil {
		o.NewID = uuid.NewString
	}
	if o.Seed.TokenLife == 0 {
		o.Seed.TokenLife = 4 * time.Hour
	}
	o.Limits, o.Patience = o.Limits.filled(), o.Patience.filled()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open simulated Twitch: %w", err)
	}
	s := &Server{options: o, seed: o.Seed, now: o.Clock, statePath: filepath.Join(o.Dir, "state.json"),
		helix: newPoints(o.Limits.Helix, o.Clock),
		conns: map[*conn]struct{}{}, rooms: map[string]map[*conn]struct{}{}, held: map[string]delivery{},
		logins: window.Windows{}, joins: window.Windows{}, sent: window.Windows{}}
	if _, err := keep.Load(s.statePath, &s.state); err != nil {
		return nil, err
	}
	s.state.complete(&s.seed, s.now())
	if err := s.keepState(); err != nil {
		return nil, err
	}
	var err error
	if s.messages, err = keep.OpenJournal[Message](filepath.Join(o.Dir, "messages.jsonl"), keptMessages); err != nil {
		return nil, err
	}
	s.recount()
	return s, nil
}

// recount fills the message windows from what was kept, so that a restart gives
// nobody a fresh allowance.
func (s *Server) recount() {
	since := s.now().Add(-s.options.Limits.MessageSpan)
	for _, m := range s.messages.Newest() {
		if m.Metered && m.At.After(since) {
			s.sent[m.User] = append(s.sent[m.User], m.At)
		}
	}
}

// Close closes the journal; it does not end connections.
func (s *Server) Close() error { return s.messages.Close() }

// Serve accepts clients until ctx ends, and waits for all of them to end. It
// closes listener.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	var clients sync.WaitGroup
	defer clients.Wait()
	defer cancel()
	for {
		wire, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("accept chat clients: %w", err)
		}
		if err != nil {
			// Out of descriptors: the clients that leave make room.
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		clients.Go(func() { s.welcome(ctx, wire) })
	}
}

// welcome finds out whether a client speaks TLS and serves it.
func (s *Server) welcome(ctx context.Context, wire net.Conn) {
	first := &peekedConn{Conn: wire}
	_ = wire.SetReadDeadline(time.Now().Add(s.options.Patience.Login))
	stop := context.AfterFunc(ctx, func() { _ = wire.Close() })
	defer stop()
	secure, err := first.startsTLS()
	if err != nil || secure && s.options.TLS == nil {
		_ = wire.Close()
		return
	}
	_ = wire.SetReadDeadline(time.Time{})
	if secure {
		s.ServeConn(ctx, tls.Server(first, s.options.TLS))
		return
	}
	s.ServeConn(ctx, first)
}

func (s *Server) enter(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	for channel := range c.rooms {
		s.part(c, channel)
	}
}

func (s *Server) isRegistered(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.registered
}

// Disconnect closes every chat connection at once and returns how many there
// were.
func (s *Server) Disconnect() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.cancel()
	}
	return len(s.conns)
}

// Members returns the logins joined to a channel, anonymous ones included, once
// for each connection.
func (s *Server) Members(channel string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	logins := []string{}
	for c := range s.rooms[channel] {
		logins = append(logins, c.login)
	}
	return logins
}

// DefaultChannel is the login of the first channel.
func (s *Server) DefaultChannel() string {
	if len(s.seed.Channels) == 0 {
		return ""
	}
	return s.seed.Channels[0].Login
}
