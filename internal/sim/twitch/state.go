package twitch

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// Broadcast is one stream of a channel.
type Broadcast struct {
	ID        string    `json:"id"`
	StartedAt time.Time `json:"started_at"`
}

// token is a grant that the platform gave out.
type token struct {
	Access    string    `json:"access"`
	Refresh   string    `json:"refresh,omitempty"` // empty for an application's token
	Login     string    `json:"login,omitempty"`
	Scopes    []string  `json:"scopes,omitempty"`
	ExpiresAt time.Time `json:"expires_at"`
}

// airing is what a channel streams, and what it did before the last change.
type airing struct {
	Now       *Broadcast `json:"now,omitempty"` // nil while offline
	Before    *Broadcast `json:"before,omitempty"`
	ChangedAt time.Time  `json:"changed_at"`
}

// Modes are a room's restrictions.
type Modes struct {
	EmoteOnly     bool `json:"emote_only"`
	FollowersOnly int  `json:"followers_only"` // minutes of following; -1 for off
	R9K           bool `json:"r9k"`
	Slow          int  `json:"slow"` // seconds between messages; 0 for off
	SubsOnly      bool `json:"subs_only"`
}

var noModes = Modes{FollowersOnly: -1}

// state is what the platform remembers besides messages.
type state struct {
	Airings  map[string]airing    `json:"airings"`
	Tokens   []token              `json:"tokens"`
	Devices  []device             `json:"devices,omitempty"` // that wait for their login
	Granted  []string             `json:"granted"`           // logins that got their seed's tokens
	Bans     map[string]time.Time `json:"bans"`              // "channel/login" → end; zero for ever
	Silenced map[string]time.Time `json:"silenced"`          // login → end of being dropped
	Modes    map[string]Modes     `json:"modes"`
	Shows    map[string]showing   `json:"shows,omitempty"`
	Deleted  map[string]time.Time `json:"deleted,omitempty"` // id of a message → when
}

// complete adds what the seed has and the state does not know yet.
func (st *state) complete(seed *Seed, now time.Time) {
	for _, kept := range []*map[string]time.Time{&st.Bans, &st.Silenced, &st.Deleted} {
		if *kept == nil {
			*kept = map[string]time.Time{}
		}
	}
	if st.Modes == nil {
		st.Modes = map[string]Modes{}
	}
	if st.Shows == nil {
		st.Shows = map[string]showing{}
	}
	if st.Airings == nil {
		st.Airings = map[string]airing{}
	}
	for i, channel := range seed.Channels {
		if _, known := st.Airings[channel.Login]; known {
			continue
		}
		var first airing
		if !channel.Offline {
			began := now.UTC().Truncate(time.Second)
			first = airing{Now: &Broadcast{ID: broadcastID(began, i), StartedAt: began}}
		}
		st.Airings[channel.Login] = first
	}
	for _, account := range seed.Accounts {
		if account.Token != "" && !slices.Contains(st.Granted, account.Login) {
			st.Granted = append(st.Granted, account.Login)
			st.Tokens = append(st.Tokens, token{Access: account.Token, Refresh: account.Refresh, Login: account.Login,
				Scopes: account.Scopes, ExpiresAt: now.Add(firstTokenLife)})
		}
	}
}

// firstTokenLife is how long the seed's own tokens are valid: they stand in
// somebody's configuration.
const firstTokenLife = 60 * 24 * time.Hour

func broadcastID(began time.Time, salt int) string {
	return strconv.FormatInt(40_000_000_000_000+began.UnixMilli()*7+int64(salt), 10)
}

// keepState writes the state down; the caller holds the lock. Tokens that
// expired and cannot be refreshed, bans and silences that ended, and deletions of
// messages that are too old to be deleted again, go.
func (s *Server) keepState() error {
	now := s.now()
	s.state.Tokens = slices.DeleteFunc(s.state.Tokens, func(t token) bool { return t.Refresh == "" && t.ExpiresAt.Before(now) })
	maps.DeleteFunc(s.state.Bans, func(_ string, end time.Time) bool { return !end.IsZero() && end.Before(now) })
	maps.DeleteFunc(s.state.Silenced, func(_ string, end time.Time) bool { return end.Before(now) })
	maps.DeleteFunc(s.state.Deleted, func(_ string, at time.Time) bool { return at.Before(now.Add(-2 * deletable)) })
	return keep.Save(s.statePath, &s.state)
}

// grant finds a valid token. The caller holds the lock.
func (s *Server) grant(access string) (token, bool) {
	for _, t := range s.state.Tokens {
		if t.Access == access && t.ExpiresAt.After(s.now()) {
			return t, true
		}
	}
	return token{}, false
}

// modes of a room. The caller holds the lock.
func (s *Server) modes(channel string) Modes {
	if m, ok := s.state.Modes[channel]; ok {
		return m
	}
	return noModes
}

// rolesIn lists the roles that an account holds in a channel.
func rolesIn(channel Channel, login string) []string {
	switch {
	case login == channel.Login:
		return []string{RoleBroadcaster}
	case slices.Contains(channel.Moderators, login):
		return []string{RoleModerator}
	default:
		return nil
	}
}

// privileged reports whether these roles are exempt from a room's limits.
func privileged(roles []string) bool {
	return slices.Contains(roles, RoleBroadcaster) || slices.Contains(roles, RoleModerator)
}
