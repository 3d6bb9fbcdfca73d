package twitch

import (
	"context"
	"time"
)

// delivery is a line on its way to the members of a channel.
type delivery struct {
	line   rendered
	except *conn // the connection that sent it, which is not told
	// command marks what only those receive who asked for the commands capability.
	command bool
}

// to sends the line to one member.
func (d delivery) to(c *conn) {
	if d.command {
		c.command(d.line)
		return
	}
	c.send(d.line)
}

// deliver sends a message or an event to a channel's members, unless a fault says otherwise.
// The caller holds the lock.
func (s *Server) deliver(channel string, d delivery) {
	if held, waiting := s.held[channel]; waiting {
		delete(s.held, channel)
		s.each(channel, d, d.to)
		s.each(channel, held, held.to)
		return
	}
	kind, _ := s.options.Faults.Take(TargetIRC)
	switch kind {
	case "drop":
	case "reorder":
		s.held[channel] = d
	case "duplicate":
		s.each(channel, d, func(c *conn) { d.to(c); d.to(c) })
	case "malformed":
		s.each(channel, d, func(c *conn) { c.push(hostile(channel)); d.to(c) })
	case "truncate":
		s.each(channel, d, func(c *conn) { c.push(d.line.tagged[:len(d.line.tagged)/2]); c.out.end() })
	case "hang":
		s.each(channel, d, func(c *conn) { c.frozen.Store(true) })
	case "reconnect":
		s.each(channel, d, func(c *conn) { d.to(c); s.sendAway(c) })
	case "close":
		s.each(channel, d, func(c *conn) { c.cancel() })
	default:
		s.each(channel, d, d.to)
	}
}

func (s *Server) each(channel string, d delivery, do func(*conn)) {
	for c := range s.rooms[channel] {
		if c != d.except {
			do(c)
		}
	}
}

// sendAway asks a client to reconnect and closes it after a while.
func (s *Server) sendAway(c *conn) {
	if c.commands {
		c.say(host + " RECONNECT")
	}
	time.AfterFunc(s.options.Patience.Reconnect, c.cancel)
}

// hostile are lines that break careless parsers: tags without values where
// values belong, ranges backwards, no parameters, unknown commands, bytes that
// are not text.
func hostile(channel string) []byte {
	long := make([]byte, 8<<10)
	for i := range long {
		long[i] = "abc;=\\"[i%6]
	}
	return []byte("@badges=broken;emotes=25:9-4;tmi-sent-ts=x :a!a@a.tmi.twitch.tv PRIVMSG #" + channel + " :bad tags\r\n" +
		":a!a@a.tmi.twitch.tv PRIVMSG\r\n" +
		"PRIVMSG #" + channel + "\r\n" +
		"@;;=;a=\\ :\r\n" +
		"@" + string(long) + " :a!a@a.tmi.twitch.tv PRIVMSG #" + channel + " :long tags\r\n" +
		"@id=\xff\xfe;tmi-sent-ts=-1 :a!a@a.tmi.twitch.tv PRIVMSG #" + channel + " :\xc3\x28\x00 \U000E0000\r\n" +
		":tmi.twitch.tv 999 \r\n\r\n")
}

// Broadcast sends prepared lines, each with its CRLF, to every connection that
// joined a channel, exactly as they are: they are neither stored nor limited
// nor spoiled by faults. It waits for slow readers, and returns how many
// connections took all of it.
func (s *Server) Broadcast(ctx context.Context, lines [][]byte) int {
	size := 0
	for _, line := range lines {
		size += len(line)
	}
	block := make([]byte, 0, size)
	for _, line := range lines {
		block = append(block, line...)
	}
	took := 0
	for _, c := range s.joined() {
		if c.out.offer(ctx, c.done, block) {
			took++
		}
	}
	return took
}

// joined lists the connections that are members of any channel.
func (s *Server) joined() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var members []*conn
	for c := range s.conns {
		if len(c.rooms) > 0 {
			members = append(members, c)
		}
	}
	return members
}
