package kick

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// Broadcast is one stream of a channel.
type Broadcast struct {
	ID        int64     `json:"id"`
	StartedAt time.Time `json:"started_at"`
}

// Show is what a channel says about its broadcasts.
type Show struct {
	Title    string `json:"title"`
	Category string `json:"category"`
	Viewers  int    `json:"viewers"`
}

// token is a grant that the platform gave out.
type token struct {
	Access    string    `json:"access"`
	Refresh   string    `json:"refresh,omitempty"` // empty for an application's, and once it was used
	User      string    `json:"user,omitempty"`    // slug; empty for an application's
	Scopes    []string  `json:"scopes,omitempty"`
	ExpiresAt time.Time `json:"expires_at"`
}

// code is a consent that was not yet exchanged for tokens.
type code struct {
	Code      string    `json:"code"`
	User      string    `json:"user"`
	Scopes    []string  `json:"scopes"`
	Redirect  string    `json:"redirect"`
	Challenge string    `json:"challenge"`
	ExpiresAt time.Time `json:"expires_at"`
}

// state is what the platform remembers besides messages and webhooks.
type state struct {
	Airings       map[string]*Broadcast `json:"airings"` // by slug; nil while offline
	Shows         map[string]Show       `json:"shows"`
	Tokens        []token               `json:"tokens"`
	Codes         []code                `json:"codes,omitempty"`
	Granted       []string              `json:"granted"` // slugs that got their seed's tokens
	Bans          map[string]time.Time  `json:"bans"`    // "channel/slug" → end; zero for ever
	Deleted       map[string]time.Time  `json:"deleted"` // id of a message → when
	Subscriptions []Subscription        `json:"subscriptions"`
	Webhooks      *Webhooks             `json:"webhooks"`
	Consent       *string               `json:"consent"` // slug; empty asks
}

// firstTokenLife is how long the seed's own tokens are valid: they stand in
// somebody's configuration.
const firstTokenLife = 60 * 24 * time.Hour

// complete adds what the seed has and the state does not know yet.
func (st *state) complete(seed *Seed, now time.Time) {
	for _, kept := range []*map[string]time.Time{&st.Bans, &st.Deleted} {
		if *kept == nil {
			*kept = map[string]time.Time{}
		}
	}
	if st.Airings == nil {
		st.Airings = map[string]*Broadcast{}
	}
	if st.Shows == nil {
		st.Shows = map[string]Show{}
	}
	if st.Webhooks == nil {
		st.Webhooks = &Webhooks{URL: seed.Webhook}
	}
	if st.Consent == nil {
		st.Consent = &seed.Consent
	}
	for _, channel := range seed.Channels {
		if _, known := st.Shows[channel.Slug]; known {
			continue
		}
		st.Shows[channel.Slug] = Show{Title: channel.Title, Category: channel.Category, Viewers: channel.Viewers}
		st.Airings[channel.Slug] = nil
		if !channel.Offline {
			st.Airings[channel.Slug] = newBroadcast(now, channel)
		}
	}
	for _, account := range seed.Accounts {
		if account.Token != "" && !slices.Contains(st.Granted, account.Slug()) {
			st.Granted = append(st.Granted, account.Slug())
			st.Tokens = append(st.Tokens, token{Access: account.Token, Refresh: account.Refresh, User: account.Slug(),
				Scopes: account.Scopes, ExpiresAt: now.Add(firstTokenLife)})
		}
	}
}

func newBroadcast(now time.Time, channel Channel) *Broadcast {
	return &Broadcast{ID: now.UnixMilli()*10 + channel.ID%10, StartedAt: now.UTC().Truncate(time.Second)}
}

// keepState writes the state down; the caller holds the lock. What has expired
// goes.
func (s *Server) keepState() error {
	now := s.now()
	s.state.Tokens = slices.DeleteFunc(s.state.Tokens, func(t token) bool { return t.Refresh == "" && t.ExpiresAt.Before(now) })
	s.state.Codes = slices.DeleteFunc(s.state.Codes, func(c code) bool { return c.ExpiresAt.Before(now) })
	maps.DeleteFunc(s.state.Bans, func(_ string, end time.Time) bool { return !end.IsZero() && end.Before(now) })
	maps.DeleteFunc(s.state.Deleted, func(_ string, at time.Time) bool { return at.Before(now.Add(-24 * time.Hour)) })
	return keep.Save(s.statePath, &s.state)
}

// change alters the state, writes it down, and takes the change back where that
// fails. The caller holds the lock; alter must replace what it changes, not write
// into it.
func (s *Server) change(alter func(*state)) error {
	before := s.state
	before.Airings, before.Shows = maps.Clone(before.Airings), maps.Clone(before.Shows)
	before.Bans, before.Deleted = maps.Clone(before.Bans), maps.Clone(before.Deleted)
	before.Tokens, before.Codes = slices.Clone(before.Tokens), slices.Clone(before.Codes)
	before.Subscriptions = slices.Clone(before.Subscriptions)
	alter(&s.state)
	if err := s.keepState(); err != nil {
		s.state = before
		return fmt.Errorf("keep the state of simulated Kick: %w", err)
	}
	return nil
}

// grant finds a valid token. The caller holds the lock.
func (s *Server) grant(access string) (token, bool) {
	for _, t := range s.state.Tokens {
		if access != "" && t.Access == access && t.ExpiresAt.After(s.now()) {
			return t, true
		}
	}
	return token{}, false
}

// banned reports whether somebody must not speak. The caller holds the lock.
func (s *Server) banned(channel, slug string) bool {
	end, ok := s.state.Bans[channel+"/"+slug]
	return ok && (end.IsZero() || end.After(s.now()))
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
