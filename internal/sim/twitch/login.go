package twitch

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	nickPattern      = regexp.MustCompile(`^[a-z0-9_]{1,25}$`)
	anonymousPattern = regexp.MustCompile(`^justinfan[0-9]+$`)
)

const capabilities = "twitch.tv/commands twitch.tv/membership twitch.tv/tags"

// handle carries out one line of the client.
func (c *conn) handle(line Line) {
	switch line.Command {
	case "CAP":
		c.capability(line)
	case "PASS":
		if !c.registered {
			c.pass = line.param(0)
		}
	case "NICK":
		if !c.registered {
			c.nick(strings.ToLower(line.param(0)))
		}
	case "PING":
		if len(line.Params) == 0 {
			c.say("PONG")
			return
		}
		c.say(fmt.Sprintf("%s PONG tmi.twitch.tv :%s", host, line.param(0)))
	case "QUIT":
		c.out.end()
	case "PONG", "USER":
	default:
		c.handleRegistered(line)
	}
}

// handleRegistered carries out what needs a login; before it such lines have no
// effect.
func (c *conn) handleRegistered(line Line) {
	if !c.registered {
		return
	}
	switch line.Command {
	case "JOIN":
		for channel := range strings.SplitSeq(line.param(0), ",") {
			c.join(channel)
		}
	case "PART":
		for channel := range strings.SplitSeq(line.param(0), ",") {
			c.part(channel)
		}
	case "PRIVMSG":
		c.privmsg(line)
	default:
		c.say(fmt.Sprintf("%s 421 %s %s :Unknown command", host, c.login, line.Command))
	}
}

// capability answers CAP. A request that names anything unknown is refused
// whole.
func (c *conn) capability(line Line) {
	switch strings.ToUpper(line.param(0)) {
	case "LS":
		c.say(host + " CAP * LS :" + capabilities)
	case "REQ":
		wanted := line.param(1)
		for _, name := range strings.Fields(wanted) {
			if !strings.Contains(" "+capabilities+" ", " "+name+" ") {
				c.say(host + " CAP * NAK :" + wanted)
				return
			}
		}
		c.server.mu.Lock()
		for _, name := range strings.Fields(wanted) {
			c.tags = c.tags || name == "twitch.tv/tags"
			c.commands = c.commands || name == "twitch.tv/commands"
			c.membership = c.membership || name == "twitch.tv/membership"
		}
		c.server.mu.Unlock()
		c.say(host + " CAP * ACK :" + wanted)
	}
}

// The words with which a login fails.
const (
	loginFailed       = "Login authentication failed"
	loginImproper     = "Improperly formatted auth"
	loginInvalidNick  = "Invalid NICK"
	loginUnsuccessful = "Login unsuccessful"
)

// nick ends the login, one way or the other.
func (c *conn) nick(nick string) {
	switch kind, _ := c.server.options.Faults.Take(TargetLogin); kind {
	case "auth_failed":
		c.fail(loginFailed)
		return
	case "improper":
		c.fail(loginImproper)
		return
	case "invalid_nick":
		c.fail(loginInvalidNick)
		return
	case "unsuccessful":
		c.fail(loginUnsuccessful)
		return
	case "close":
		c.out.end()
		return
	case "hang":
		c.frozen.Store(true)
		return
	}
	if !nickPattern.MatchString(nick) {
		c.fail(loginInvalidNick)
		return
	}
	if refusal, silent := c.authenticate(nick); refusal != "" {
		c.fail(refusal)
		return
	} else if silent {
		c.out.end()
		return
	}
	c.greet(nick)
}

func (c *conn) fail(text string) {
	c.say(host + " NOTICE * :" + text)
	c.out.end()
}

// authenticate checks the client's password and counts the attempt. An attempt
// over the limit is refused silently.
func (c *conn) authenticate(nick string) (refusal string, silent bool) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if anonymousPattern.MatchString(nick) {
		c.register(Account{Login: nick, Display: nick}, true, true, false)
		return "", false
	}
	if c.pass == "" {
		return loginUnsuccessful, false
	}
	access, ok := strings.CutPrefix(c.pass, "oauth:")
	if !ok || access == "" {
		return loginImproper, false
	}
	if _, within := s.logins.Take(nick, s.now(), s.options.Limits.LoginSpan, s.options.Limits.Logins); !within {
		return "", true
	}
	t, ok := s.grant(access)
	if !ok || t.Login != nick {
		return loginFailed, false
	}
	mayRead, mayWrite := t.allows("chat:read"), t.allows("chat:edit")
	if !mayRead && !mayWrite {
		return loginUnsuccessful, false
	}
	c.register(s.seed.account(nick), false, mayRead, mayWrite)
	return "", false
}

// register makes the connection the account's. The caller holds the lock.
func (c *conn) register(account Account, anonymous, mayRead, mayWrite bool) {
	c.registered, c.anonymous, c.mayRead, c.mayWrite = true, anonymous, mayRead, mayWrite
	c.account, c.login, c.pass = account, account.Login, ""
}

// greet sends the block that follows a login.
func (c *conn) greet(nick string) {
	for _, line := range []string{
		"001 %s :Welcome, GLHF!",
		"002 %s :Your host is tmi.twitch.tv",
		"003 %s :This server is rather new",
		"004 %s :-",
		"375 %s :-",
		"372 %s :You are in a maze of twisty passages, all alike.",
		"376 %s :>",
	} {
		c.say(host + " " + fmt.Sprintf(line, nick))
	}
	if !c.anonymous {
		c.command(globalUserstate(c.account))
	}
}
