package twitch

import (
	"strings"
	"time"
)

// Resume lets an account that needed a login try again, after somebody gave it
// a new token.
func (c *Client) Resume() {
	c.mu.Lock()
	c.speechless = false
	c.mu.Unlock()
	c.account.resume()
}

// Relogin makes the client another account from now on: channels are read on over
// new connections, and what may be missed meanwhile is told as a gap. Empty means
// that it reads anonymously. The account that it is already is resumed. Another one
// than the configuration's takes a Config with Token.
func (c *Client) Relogin(login string) { c.become(strings.ToLower(strings.TrimSpace(login)), "") }

// Lapse makes the client nobody until Relogin: its login has ended. Channels are
// read on anonymously, and their state says why nothing can be written.
func (c *Client) Lapse(why string) { c.become("", why) }

// become makes the client another account, or nobody; why says that it should not be
// nobody.
func (c *Client) become(login, why string) {
	var old []*conn
	c.mu.Lock()
	other := login != c.account.login()
	if other {
		c.era++
		c.ownLogin, c.ownID = "", ""
		c.account.rename(login)
		for _, s := range c.sessions {
			if s.conn != nil {
				old = append(old, s.conn)
			}
		}
	}
	c.lapsed, c.speechless = why, false
	for _, ch := range c.channels {
		if other {
			c.reopen(ch)
		}
		if ch.phase == phaseJoined {
			c.showJoined(ch)
		}
	}
	c.mu.UnlockAndTell()
	c.account.resume()
	if other {
		c.cfg.Log.Info().Str("login", login).Msg("twitch chat goes on as another account")
	}
	for _, conn := range old {
		conn.Close() // its reader goes on with a new one
	}
}

// reopen forgets what the platform held against another account in a channel.
func (c *Client) reopen(ch *channel) {
	ch.moderator, ch.out.off = false, ""
	if ch.phase == phaseParked {
		ch.phase, ch.due, ch.attempts = phaseWaiting, time.Time{}, 0
		c.setState(ch, StateConnecting, "")
	}
}

// anonymous reports whether the client only reads.
func (c *Client) anonymous() bool { return c.account.login() == "" }
