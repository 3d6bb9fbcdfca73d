package kick

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/keep"
	"github.com/streamsuites/streamsuites/internal/sim/window"
)

// Options of a server.
type Options struct {
	Dir      string // the server's own folder; created if missing
	Seed     Seed
	Faults   *faults.Switches
	Limits   Limits
	Patience Patience
	Playlist string           // address of the stream that live channels play; empty for none
	Clock    func() time.Time // nil for the machine's
	NewID    func() string    // ids and tokens; nil for random UUIDs
	Log      zerolog.Logger
}

// Server is the simulated platform. Its methods are safe for concurrent use.
type Server struct {
	options   Options
	seed      Seed
	statePath string
	queueDir  string // of webhooks
	now       func() time.Time
	keys      *rsa.PrivateKey // of the webhooks' signatures
	wake      chan struct{}   // a webhook is due, or settings changed
	clients   sync.WaitGroup  // connections to Pusher

	mu       sync.Mutex // guards everything below, and the order of events
	closed   bool
	sockets  int64 // connections so far, for their ids
	state    state
	messages *keep.Journal[Message]
	waiting  map[string]posting // webhooks to deliver, by id
	flying   map[string]bool    // ids of those being delivered
	conns    map[*conn]struct{}
	rooms    map[string]map[*conn]struct{} // by name of Pusher's channel
	held     map[string]delivery           // by slug: kept back by the fault "reorder"
	requests window.Windows
	sent     window.Windows
	asked    window.Windows
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
		o.Seed.TokenLife = 2 * time.Hour
	}
	o.Limits, o.Patience = o.Limits.filled(), o.Patience.filled()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open simulated Kick: %w", err)
	}
	s := &Server{options: o, seed: o.Seed, now: o.Clock, statePath: filepath.Join(o.Dir, "state.json"), queueDir: filepath.Join(o.Dir, "webhooks"),
		wake: make(chan struct{}, 1), waiting: map[string]posting{}, flying: map[string]bool{},
		conns: map[*conn]struct{}{}, rooms: map[string]map[*conn]struct{}{}, held: map[string]delivery{},
		requests: window.Windows{}, sent: window.Windows{}, asked: window.Windows{}}
	if _, err := keep.Load(s.statePath, &s.state); err != nil {
		return nil, err
	}
	s.state.complete(&s.seed, s.now())
	if err := s.keepState(); err != nil {
		return nil, err
	}
	var err error
	if s.keys, err = openKeys(filepath.Join(o.Dir, "webhooks.pem")); err != nil {
		return nil, err
	}
	if s.messages, err = keep.OpenJournal[Message](filepath.Join(o.Dir, "messages.jsonl"), keptMessages); err != nil {
		return nil, err
	}
	if err := s.recallPostings(); err != nil {
		return nil, errors.Join(err, s.messages.Close())
	}
	s.recall()
	return s, nil
}

// recall fills the windows from what was kept, so that a restart gives nobody a
// fresh allowance.
func (s *Server) recall() {
	since := s.now().Add(-s.options.Limits.MessageSpan)
	for _, m := range s.messages.Newest() {
		if m.Metered && m.At.After(since) {
			s.sent[m.User] = append(s.sent[m.User], m.At)
		}
	}
}

// Close ends every connection to Pusher and closes the journal.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for c := range s.conns {
		c.cancel()
	}
	s.mu.Unlock()
	s.clients.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messages.Close()
}

// Handler serves Pusher below /app, the API below /public, OAuth below /oauth and
// the site's description of channels below /api.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.routePusher(mux)
	s.routeAPI(mux)
	s.routeOAuth(mux)
	s.routeSite(mux)
	return mux
}

// DefaultChannel is the slug of the first channel.
func (s *Server) DefaultChannel() string {
	if len(s.seed.Channels) == 0 {
		return ""
	}
	return s.seed.Channels[0].Slug
}

// Channels lists the slugs of all channels.
func (s *Server) Channels() []string {
	slugs := []string{}
	for _, channel := range s.seed.Channels {
		slugs = append(slugs, channel.Slug)
	}
	return slugs
}

// known lists the accounts and the channels' owners.
func (s *Server) known() []Account {
	accounts := slices.Clone(s.seed.Accounts)
	for _, channel := range s.seed.Channels {
		if !slices.ContainsFunc(accounts, func(a Account) bool { return a.Slug() == channel.Slug }) {
			accounts = append(accounts, s.seed.account(channel.Slug))
		}
	}
	return accounts
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
