package twitch

import (
	"bytes"
	"errors"
	"math/bits"
	"strings"
	"time"

	irc "github.com/gempir/go-twitch-irc/v4"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// read handles lines until the connection is over and returns why it is.
func (s *session) read(conn *conn) error {
	for {
		line, err := conn.lines.next()
		if errors.Is(err, errLineTooLong) {
			s.c.broken(brokenTooLong)
			continue
		}
		if err != nil {
			return err
		}
		s.c.stats.lines.Add(1)
		if err := s.handle(conn, line); err != nil {
			return err
		}
	}
}

// handle does what one line asks for. An error ends the connection.
func (s *session) handle(conn *conn, line []byte) error {
	h, ok := peek(line)
	if !ok {
		if len(line) > 0 {
			s.c.broken(brokenEmpty)
		}
		return nil
	}
	defer s.reached(conn, h)
	switch string(h.command) {
	case "PRIVMSG":
		s.chat(h, conn.received())
	case "USERNOTICE":
		s.userNotice(h, conn.received())
	case "PING":
		return conn.write("PONG :" + h.param(0))
	case "RECONNECT":
		return errReconnect
	case "JOIN":
		if s.own(h) {
			s.confirm(h.channel(0))
		}
	case "366": // end of the list of names: the last line of a join
		s.confirm(h.channel(1))
	case "PART":
		if s.own(h) {
			s.leave(h.channel(0))
		}
	case "GLOBALUSERSTATE":
		s.learnOwnID(tag(h.tags, "user-id"))
	case "CLEARCHAT":
		s.moderated(h, conn.received(), OtherClearChat)
	case "CLEARMSG":
		s.moderated(h, conn.received(), OtherClearMsg)
	case "NOTICE", "USERSTATE", "ROOMSTATE":
		return s.other(string(line))
	}
	return nil
}

// reached notes how far the chat of the connection was read. An answer to the own
// PING follows everything that was sent before the question.
func (s *session) reached(conn *conn, h head) {
	received := conn.received()
	switch string(h.command) {
	case "PRIVMSG", "USERNOTICE", "CLEARCHAT", "CLEARMSG":
		if sent, known := s.converter.stamp(); known {
			s.progress.Sent(sent, received)
			return
		}
	case "PONG":
		if !conn.pinged.IsZero() {
			s.progress.Sent(conn.pinged, received)
			return
		}
	}
	s.progress.Heard(received)
}

// chat handles a message.
func (s *session) chat(h head, received time.Time) {
	s.converter.tags.scan(h.tags)
	at, known := s.locate(h.room(), received)
	if !known {
		s.lost(h)
		return
	}
	var event chat.Event
	if !s.converter.message(&event, h, &at) {
		s.c.broken(brokenChat)
		return
	}
	s.c.stats.messages.Add(1)
	s.c.handler.OnEvent(event)
}

// userNotice handles what the platform itself tells a channel.
func (s *session) userNotice(h head, received time.Time) {
	s.converter.tags.scan(h.tags)
	at, known := s.locate(h.room(), received)
	if !known {
		s.lost(h)
		return
	}
	text, _ := h.text()
	what, ok := s.converter.happening(len(text) > 0)
	if !ok {
		s.c.tell(OtherUserNotice)
		return
	}
	var event chat.Event
	if !s.converter.notice(&event, h, what, &at) {
		s.c.broken(brokenChat)
		return
	}
	s.c.stats.messages.Add(1)
	s.c.handler.OnEvent(event)
}

// lost handles chat of a channel that is not read here: it was parted a moment
// ago, or the line names none.
func (s *session) lost(h head) {
	if len(h.room()) == 0 {
		s.c.broken(brokenChat)
	}
}

// moderated handles that messages were taken away.
func (s *session) moderated(h head, received time.Time, kind OtherKind) {
	s.converter.tags.scan(h.tags)
	at, known := s.locate(h.room(), received)
	if !known {
		s.lost(h)
		return
	}
	var event chat.Event
	if !s.converter.moderation(&event, h, kind, &at) {
		s.c.broken(brokenChat)
		return
	}
	s.c.tell(kind)
	s.c.handler.OnEvent(event)
}

// locate finds the channel of a line whose tags were scanned. Chat of a channel
// proves that it is joined, whatever else was lost.
func (s *session) locate(name []byte, received time.Time) (place, bool) {
	s.c.mu.Lock()
	ch := s.channels[string(name)]
	if ch == nil {
		ch = s.channels[string(bytes.ToLower(name))]
	}
	if ch == nil {
		s.c.mu.Unlock()
		return place{}, false
	}
	if ch.roomID == "" {
		ch.learnRoom(string(s.converter.tags.value(tagRoom)))
	}
	at := place{creatorID: ch.creatorID, channel: ch.name, ownLogin: s.c.ownLogin, ownID: s.c.ownID, received: received}
	joined := ch.phase == phaseJoined
	s.c.mu.Unlock()
	if !joined {
		s.confirm(at.channel)
	}
	return at, true
}

// other handles what is neither chat nor part of the connection's upkeep.
func (s *session) other(line string) error {
	message, err := parse(line)
	if err != nil {
		s.c.broken(brokenPanic)
		return nil
	}
	switch m := message.(type) {
	case *irc.RoomStateMessage:
		s.roomState(strings.ToLower(m.Channel), m.RoomID)
	case *irc.UserStateMessage:
		s.userState(strings.ToLower(m.Channel), m)
	case *irc.NoticeMessage:
		s.c.tell(OtherNotice)
		return s.notice(m)
	}
	return nil
}

// roomState learns a channel's number; it comes right after the join.
func (s *session) roomState(name, roomID string) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	if ch := s.channels[name]; ch != nil {
		ch.learnRoom(roomID)
		s.c.confirmed(ch)
	}
}

func (s *session) own(h head) bool {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	login := string(h.login())
	return login != "" && (login == s.c.ownLogin || (s.as == "" && strings.HasPrefix(login, "justinfan")))
}

func (s *session) confirm(name string) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockHavingTold()
	if ch := s.channels[name]; ch != nil {
		s.c.confirmed(ch)
	}
}

// leave handles a PART that was not asked for: the channel is joined again.
func (s *session) leave(name string) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	if ch := s.channels[name]; ch != nil && ch.phase == phaseJoined {
		s.c.dropped(ch, s.progress.UpTo(), "server took us out of the channel")
		s.poke()
	}
}

// userState learns the account's standing in a channel. After a message it is
// the server's answer that the message was taken.
func (s *session) userState(name string, m *irc.UserStateMessage) {
	_, broadcaster := m.User.Badges["broadcaster"]
	_, moderator := m.User.Badges["moderator"]
	_, lead := m.User.Badges["lead_moderator"] // stands in place of the other
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	ch := s.channels[name]
	if ch == nil {
		return
	}
	ch.moderator = m.User.IsMod || broadcaster || moderator || lead
	if ch.moderator && ch.out.off != "" {
		ch.out.off = ""
		s.c.showJoined(ch)
	}
	if !ch.greeted {
		ch.greeted = true
		ch.touch()
		return
	}
	ch.settle(nil)
}

// broken counts a line that could not be used and logs it by its kind, ever
// more rarely.
func (c *Client) broken(kind string) {
	n := c.stats.countBroken(kind)
	if bits.OnesCount64(uint64(n)) == 1 {
		c.cfg.Log.Warn().Str("kind", kind).Int64("so_far", n).Msg("twitch chat line could not be used")
	}
}

func (c *Client) tell(kind OtherKind) {
	c.stats.countOther(kind)
	c.handler.OnOther(kind)
}

// tag is the raw value of a tag, or empty.
func tag(tags []byte, name string) string {
	for rest := tags; len(rest) > 0; {
		var item []byte
		item, rest, _ = bytes.Cut(rest, []byte{';'})
		if key, value, _ := bytes.Cut(item, []byte{'='}); string(key) == name {
			return string(value)
		}
	}
	return ""
}
