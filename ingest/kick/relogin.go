package kick

import (
	"strings"
	"time"
)

// Resume lets an account that needed a login try again, after somebody gave it
// a new token.
func (c *Client) Resume() {
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	c.parked, c.parkedSend, c.parkedUntil = nil, false, time.Time{}
	c.era++
	for _, ch := range c.channels {
		c.showJoined(ch)
	}
	poke(c.keep)
}

// Relogin makes the client another account from now on, or, with an API that cannot
// send, nobody. Reading goes on meanwhile. Its name and id may be empty, as long as
// they are not known.
func (c *Client) Relogin(api API, login, id string) {
	c.mu.Lock()
	c.calls, c.login, c.ownID = api, slugOf(strings.ToLower(strings.TrimSpace(login))), ownID(id)
	c.era++
	for _, ch := range c.channels {
		ch.off = ""
	}
	c.mu.Unlock()
	c.Resume()
}

// access is an API and the login that it is of.
type access struct {
	API
	era int
}

// reads reports whether there is nothing to make calls with.
func (a access) reads() bool { return a.API == nil }

// access is that of the account that is logged in now.
func (c *Client) access() access {
	c.mu.Lock()
	defer c.mu.Unlock()
	return access{c.calls, c.era}
}

// accepted notes that the platform took the account's login: somebody gave it a
// new one. Where sending was refused, only sending shows that.
func (c *Client) accepted(sent bool) {
	c.mu.Lock()
	mended := c.parked != nil && (sent || !c.parkedSend)
	c.mu.Unlock()
	if mended {
		c.Resume()
	}
}

// needLogin notes that the platform refuses the account's login. It is tried
// again much later, or when Resume says so.
func (c *Client) needLogin(a access, cause error, sent bool) {
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	if a.era != c.era {
		return // somebody has given it another one since
	}
	c.parkedSend = c.parkedSend || sent
	c.parkedUntil = time.Now().Add(c.cfg.Timing.Parked)
	if c.parked != nil {
		return
	}
	c.parked = cause
	c.cfg.Log.Error().Err(cause).Str("login", c.login).Msg("kick chat needs a login to write")
	for _, ch := range c.channels {
		c.showJoined(ch)
	}
}
