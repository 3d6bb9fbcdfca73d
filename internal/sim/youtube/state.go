package youtube

import (
	"slices"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// token is an access token that the platform gave out.
type token struct {
	Access    string    `json:"access"`
	Refresh   string    `json:"refresh"` // of the grant that it belongs to
	ExpiresAt time.Time `json:"expires_at"`
}

// Settings are what the world's people can turn while it runs.
type Settings struct {
	BytesPerSecond int64         // of each upload; 0 for as fast as it goes
	Processing     time.Duration // from a complete upload to the end of its processing
	ListingLag     time.Duration // from a complete upload to its place in listings

	Polling     time.Duration // that readers of a chat must wait between two calls
	StreamBeat  time.Duration // after which a stream on which nothing happens says so
	StreamLife  time.Duration // after which the platform ends a stream
	HideDeleted bool          // whether readers who have read a message are not told of its deletion
}

// state is what the platform remembers besides uploads, videos, chats and the
// meter of its quota.
type state struct {
	Tokens   []token  `json:"tokens"`
	Settings Settings `json:"settings"`

	Grants     []grant                `json:"grants,omitempty"`
	Codes      []code                 `json:"codes,omitempty"`
	Devices    []device               `json:"devices,omitempty"`
	Consent    Consent                `json:"consent"`
	Broadcasts map[string][]Broadcast `json:"broadcasts,omitempty"` // by channel, oldest first
	Bans       []ban                  `json:"bans,omitempty"`
}

// clone copies what change may change in place.
func (st *state) clone() state {
	next := *st
	next.Tokens, next.Grants = slices.Clone(st.Tokens), slices.Clone(st.Grants)
	next.Codes, next.Devices, next.Bans = slices.Clone(st.Codes), slices.Clone(st.Devices), slices.Clone(st.Bans)
	next.Broadcasts = make(map[string][]Broadcast, len(st.Broadcasts))
	for channel, list := range st.Broadcasts {
		next.Broadcasts[channel] = slices.Clone(list)
	}
	return next
}

// change changes the state and writes it down; what cannot be written down does
// not happen. The caller holds the lock.
func (s *Server) change(change func(*state)) error {
	next := s.state.clone()
	change(&next)
	next.expire(s.now())
	if err := keep.Save(s.statePath, &next); err != nil {
		return err
	}
	s.state = next
	return nil
}

// expire drops what time has ended.
func (st *state) expire(now time.Time) {
	st.Tokens = slices.DeleteFunc(st.Tokens, func(t token) bool { return !t.ExpiresAt.After(now) })
	st.Codes = slices.DeleteFunc(st.Codes, func(c code) bool { return !c.ExpiresAt.After(now) })
	st.Devices = slices.DeleteFunc(st.Devices, func(d device) bool { return !d.ExpiresAt.Add(deviceLife).After(now) })
	st.Bans = slices.DeleteFunc(st.Bans, func(b ban) bool { return b.over(now) })
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
	if next.BytesPerSecond < 0 || next.Processing < 0 || next.ListingLag < 0 || next.Polling < 0 || next.StreamBeat < 0 || next.StreamLife < 0 {
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
