package youtube

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// token is an access token that the platform gave out.
type token struct {
	Access    string    `json:"access"`
	Refresh   string    `json:"refresh"` // whose it is
	ExpiresAt time.Time `json:"expires_at"`
}

// Settings are what the world's people can turn while it runs.
type Settings struct {
	BytesPerSecond int64         // of each upload; 0 for as fast as it goes
	Processing     time.Duration // from a complete upload to the end of its processing
	ListingLag     time.Duration // from a complete upload to its place in listings
}

// state is what the platform remembers besides uploads and videos.
type state struct {
	Tokens   []token  `json:"tokens"`
	Quota    meter    `json:"quota"`
	Settings Settings `json:"settings"`
}

// change changes the state and writes it down; what cannot be written down does
// not happen. The caller holds the lock.
func (s *Server) change(change func(*state)) error {
	next := s.state
	next.Tokens = slices.Clone(next.Tokens)
	change(&next)
	next.Tokens = slices.DeleteFunc(next.Tokens, func(t token) bool { return !t.ExpiresAt.After(s.now()) })
	if err := keep.Save(s.statePath, &next); err != nil {
		return err
	}
	s.state = next
	return nil
}

// bearer finds whose the access token of a request is, if it is valid.
func (s *Server) bearer(r *http.Request) (Account, bool) {
	access, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || access == "" {
		return Account{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.state.Tokens {
		if t.Access == access && t.ExpiresAt.After(s.now()) {
			return s.seed.account(t.Refresh)
		}
	}
	return Account{}, false
}

// ExpireTokens ends every access token that was given out.
func (s *Server) ExpireTokens() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(func(st *state) { st.Tokens = nil })
}

// Settings tells how the world is turned.
func (s *Server) Settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Settings
}

// Set turns the world; uploads that are under way follow at once. An
// *InvalidError names what is allowed.
func (s *Server) Set(turn func(*Settings)) (Settings, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.state.Settings
	turn(&next)
	if next.BytesPerSecond < 0 || next.Processing < 0 || next.ListingLag < 0 {
		return s.state.Settings, &InvalidError{What: "setting", Found: "a negative number", Allowed: "0 and more"}
	}
	if err := s.change(func(st *state) { st.Settings = next }); err != nil {
		return s.state.Settings, err
	}
	s.turned.tell()
	return next, nil
}

// signal tells everybody who waits that something changed.
type signal struct {
	mu   sync.Mutex
	next chan struct{}
}

func newSignal() *signal { return &signal{next: make(chan struct{})} }

// changed is closed at the next change.
func (s *signal) changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.next
}

func (s *signal) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.next)
	s.next = make(chan struct{})
}
