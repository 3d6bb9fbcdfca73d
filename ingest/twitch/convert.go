package twitch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Identifiers longer than this are not the platform's own.
const maxID = 128

// Message times outside of these years are not believed, in Unix milliseconds.
var (
	earliestSent = time.Date(2007, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	latestSent   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
)

// unitBits is the unit of paid messages.
const unitBits = "bits"

// place is where a message was read: what the wire does not say.
type place struct {
	creatorID string
	channel   string
	ownLogin  string
	ownID     string
	received  time.Time
}

// converter makes events of the lines of one connection. It belongs to the
// goroutine that reads them. An event costs one allocation, the memory of its
// strings: slices of the line would keep the whole read buffer alive for as long
// as the event is queued.
type converter struct {
	tags  tagSet
	bombs bombs
	block []byte // the strings of the event being made
}

// wording is what an event's strings are cut from; the slices point into the
// line or into the scratch of its tags.
type wording struct {
	userID, login, name, text []byte
	what                      []byte // the platform's word for what happened; empty for a message
}

// message makes an event of a PRIVMSG. It reports false when there is no author
// or no text.
func (c *converter) message(e *chat.Event, h head, at *place) bool {
	said, ok := h.text()
	if !ok || len(said) == 0 {
		return false
	}
	text, closed := action(said)
	if len(text) == 0 && !closed {
		return false
	}
	w := wording{login: h.login(), text: text}
	if !c.author(&w) {
		return false
	}
	c.event(e, &w, at)
	if bits := c.number(tagBits); bits > 0 {
		e.Kind, e.Amount, e.Unit = chat.Paid, bits, unitBits
	} else if paid := c.number(tagPaid); paid > 0 {
		e.Kind, e.Amount, e.Unit = chat.Paid, paid, c.currency(tagPaidCurrency)
	}
	return true
}

// currency reads the ISO 4217 code of an amount of money; empty when it is none.
func (c *converter) currency(name tagName) string {
	code := c.tags.value(name)
	if len(code) != 3 {
		return ""
	}
	for _, b := range code {
		if b < 'A' || b > 'Z' {
			return ""
		}
	}
	return string(code)
}

// author fills in who wrote a line. It reports false when nobody did.
func (c *converter) author(w *wording) bool {
	w.userID, w.name = c.tags.value(tagUserID), c.tags.value(tagDisplayName)
	if len(w.login) == 0 {
		w.login = bytes.ToLower(w.name)
	}
	if len(w.userID) == 0 {
		w.userID = w.login
	}
	return len(w.userID) > 0 && len(w.userID) <= maxID
}

// event puts an event together, an ordinary message as yet.
func (c *converter) event(e *chat.Event, w *wording, at *place) {
	id, reply, from := c.tags.value(tagID), c.tags.value(tagReplyParent), c.tags.value(tagSourceRoom)
	if bytes.Equal(from, c.tags.value(tagRoom)) {
		from = nil
	}
	e.Platform, e.CreatorID, e.Channel = chat.Twitch, at.creatorID, at.channel
	e.SentAt, e.ReceivedAt = c.sentAt(at.received), at.received
	e.Author.Roles = c.roles()
	if len(id) == 0 || len(id) > maxID {
		id = derivedID([]byte(at.channel), w.userID, c.tags.value(tagSentAt), id, w.text, w.what)
	}
	c.block = append(c.block[:0], w.login...)
	login := lower(c.block)
	name := w.name
	if len(name) == 0 {
		name = login
	}
	cuts := [...]*string{&e.Author.Login, &e.Author.Name, &e.MessageID, &e.Author.ID, &e.Text, &e.ReplyTo, &e.SharedFrom}
	parts := [...][]byte{login, name, id, w.userID, w.text, reply, from}
	c.block = login
	for _, part := range parts[1:] {
		c.block = append(c.block, part...)
	}
	all := string(c.block)
	for i, cut := range cuts {
		*cut, all = all[:len(parts[i])], all[len(parts[i]):]
	}
	e.Self = at.ownLogin != "" && (e.Author.Login == at.ownLogin || (at.ownID != "" && e.Author.ID == at.ownID))
}

// number reads a tag as a whole number; 0 when it is none.
func (c *converter) number(name tagName) int64 {
	value := c.tags.value(name)
	if len(value) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// roles reads the badges. Staff and partner badges are no roles in a channel.
func (c *converter) roles() chat.Roles {
	r := chat.Everyone
	if string(c.tags.value(tagMod)) == "1" {
		r |= chat.Moderator
	}
	for rest := c.tags.value(tagBadges); len(rest) > 0; {
		badge := rest
		if end := bytes.IndexByte(rest, ','); end >= 0 {
			badge, rest = rest[:end], rest[end+1:]
		} else {
			rest = nil
		}
		if end := bytes.IndexByte(badge, '/'); end >= 0 {
			badge = badge[:end]
		}
		switch string(badge) {
		case "broadcaster":
			r |= chat.Broadcaster
		case "moderator", "lead_moderator":
			r |= chat.Moderator
		case "vip":
			r |= chat.VIP
		case "subscriber", "founder":
			r |= chat.Subscriber
		}
	}
	return r
}

// sentAt is the platform's time of a line, or when it was received.
func (c *converter) sentAt(received time.Time) time.Time {
	if at, known := c.stamp(); known {
		return at
	}
	return received
}

// stamp is the platform's time of a line where that can be believed.
func (c *converter) stamp() (at time.Time, known bool) {
	ms := c.number(tagSentAt)
	if ms < earliestSent || ms > latestSent {
		return time.Time{}, false
	}
	return time.UnixMilli(ms).UTC(), true
}

// action unwraps what /me makes of a text. closed tells whether the wrapping is
// whole: then even nothing inside it is a message.
func action(text []byte) (inside []byte, closed bool) {
	inside, found := bytes.CutPrefix(text, []byte("\x01ACTION"))
	if !found {
		return text, false
	}
	inside, closed = bytes.CutSuffix(inside, []byte{1})
	return bytes.TrimPrefix(inside, []byte{' '}), closed
}

// lower makes a name lower-case, in place where that is possible.
func lower(name []byte) []byte {
	for i, b := range name {
		switch {
		case b >= utf8.RuneSelf:
			return bytes.ToLower(name)
		case 'A' <= b && b <= 'Z':
			name[i] = b + 'a' - 'A'
		}
	}
	return name
}

// derivedPrefix begins the ids that the platform did not give.
const derivedPrefix = "sha-"

// derivedID stands in for a missing message id: the same line gives the same id
// on every host.
func derivedID(channel, userID, sentAt, id, text, what []byte) []byte {
	parts := [][]byte{channel, userID, sentAt, id, text}
	if len(what) > 0 {
		parts = append(parts, what)
	}
	hash := sha256.New()
	for _, part := range parts {
		hash.Write(strconv.AppendInt(nil, int64(len(part)), 10))
		hash.Write([]byte{':'})
		hash.Write(part)
	}
	return hex.AppendEncode([]byte(derivedPrefix), hash.Sum(nil)[:16])
}
