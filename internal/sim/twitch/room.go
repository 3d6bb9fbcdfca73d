package twitch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// join makes the connection a member of a channel. What is not allowed is not
// answered.
func (c *conn) join(name string) {
	channel, ok := strings.CutPrefix(strings.ToLower(name), "#")
	if !ok {
		return
	}
	if c.enterRoom(channel) && c.server.options.Joined != nil && !c.anonymous {
		c.server.options.Joined(channel, c.login)
	}
}

func (c *conn) enterRoom(channel string) bool {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, within := s.joins.Take(c.login, s.now(), s.options.Limits.JoinSpan, s.options.Limits.Joins); !within {
		return false
	}
	switch kind, _ := s.options.Faults.Take(TargetJoin); kind {
	case "ignore":
		return false
	case "suspended":
		c.command(notice("msg_channel_suspended", channel, "This channel does not exist or has been suspended."))
		return false
	case "close":
		c.cancel()
		return false
	}
	room, ok := s.seed.channel(channel)
	if !ok || !c.mayRead {
		return false
	}
	if s.rooms[channel] == nil {
		s.rooms[channel] = map[*conn]struct{}{}
	}
	if _, again := c.rooms[channel]; !again {
		s.announce(c, channel, "JOIN")
	}
	s.rooms[channel][c] = struct{}{}
	c.rooms[channel] = struct{}{}
	c.say(fmt.Sprintf("%s JOIN #%s", mask(c.login), channel))
	c.names(channel)
	if !c.anonymous {
		c.command(userstate(c.account, rolesIn(room, c.login), channel, "", ""))
	}
	c.command(s.roomstate(channel, s.modes(channel), noKeys))
	return true
}

// names lists who is in the channel: the client alone, or everybody for those
// who asked for membership.
func (c *conn) names(channel string) {
	logins := []string{c.login}
	if c.membership {
		for other := range c.server.rooms[channel] {
			logins = append(logins, other.login)
		}
		slices.Sort(logins)
		logins = slices.Compact(logins)
	}
	for batch := range slices.Chunk(logins, 20) {
		c.say(fmt.Sprintf(":%s.tmi.twitch.tv 353 %s = #%s :%s", c.login, c.login, channel, strings.Join(batch, " ")))
	}
	c.say(fmt.Sprintf(":%s.tmi.twitch.tv 366 %s #%s :End of /NAMES list", c.login, c.login, channel))
}

// noKeys asks for the whole ROOMSTATE.
var noKeys []string

// roomstate renders a room's modes; keys limits it to what changed.
func (s *Server) roomstate(channel string, m Modes, keys []string) rendered {
	var t tagBlock
	for _, mode := range [][2]string{
		{"emote-only", digit(m.EmoteOnly)}, {"followers-only", strconv.Itoa(m.FollowersOnly)}, {"r9k", digit(m.R9K)},
		{"room-id", s.seed.account(channel).ID}, {"slow", strconv.Itoa(m.Slow)}, {"subs-only", digit(m.SubsOnly)},
	} {
		if keys == nil || mode[0] == "room-id" || slices.Contains(keys, mode[0]) {
			t.add(mode[0], mode[1])
		}
	}
	return render(&t, host+" ROOMSTATE #"+channel)
}

// part takes the connection out of a channel at its own wish.
func (c *conn) part(name string) {
	channel := strings.TrimPrefix(strings.ToLower(name), "#")
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, member := c.rooms[channel]; !member {
		return
	}
	c.say(fmt.Sprintf("%s PART #%s", mask(c.login), channel))
	s.part(c, channel)
}

// part forgets a member. The caller holds the lock.
func (s *Server) part(c *conn, channel string) {
	delete(s.rooms[channel], c)
	delete(c.rooms, channel)
	s.announce(c, channel, "PART")
}

// announce tells those who asked for membership that somebody came or went. The
// caller holds the lock.
func (s *Server) announce(c *conn, channel, command string) {
	if c.anonymous {
		return
	}
	for other := range s.rooms[channel] {
		if other != c && other.membership {
			other.say(fmt.Sprintf("%s %s #%s", mask(c.login), command, channel))
		}
	}
}
