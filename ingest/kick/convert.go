package kick

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// unitKicks is the unit of paid messages.
const unitKicks = "kicks"

// maxID bounds ids that are believed to be the platform's own.
const maxID = 128

// Who gives subscriptions and wants to stay unknown.
const (
	anonymousID   = "anonymous"
	anonymousName = "Anonymous"
)

// source is who told of an event.
type source uint8

const (
	viaPusher source = iota
	viaWebhook
)

// way is what the source is called elsewhere.
func (s source) way() chat.Via {
	if s == viaWebhook {
		return chat.Webhook
	}
	return chat.Pusher
}

// place is where something was read: what the wire does not say.
type place struct {
	creatorID string
	channel   string
	started   time.Time // of the broadcast that is on, if it is known
	received  time.Time
}

// told is an event on its way to the handler.
type told struct {
	event chat.Event
	// print is what the other source's telling of the same has too; empty for
	// messages, whose id both have.
	print string
	// giftees are the people whom an event gave a subscription, in lower case.
	giftees []string
	// started is when the broadcast began that the event tells of.
	started time.Time
	ended   bool // a broadcast
}

// begin fills in what every event has. A time that the platform does not give is
// when it was received.
func (p place) begin(kind chat.Kind, id string, at time.Time) chat.Event {
	if at.IsZero() {
		at = p.received
	}
	return chat.Event{
		Platform: chat.Kick, CreatorID: p.creatorID, Channel: p.channel, Kind: kind,
		MessageID: ownID(id), SentAt: at, ReceivedAt: p.received,
	}
}

// ownID returns an id if it can be the platform's own.
func ownID(id string) string {
	if len(id) > maxID || strings.HasPrefix(id, derivedPrefix) || strings.IndexByte(id, 0) >= 0 {
		return ""
	}
	return id
}

// author is who did something, with their roles in the channel.
func (p *person) author() chat.Author {
	a := chat.Author{ID: ownID(string(p.ID)), Name: p.Username, Login: strings.ToLower(p.Slug)}
	if id := ownID(string(p.UserID)); id != "" {
		a.ID = id
	}
	if a.Login == "" {
		a.Login = strings.ToLower(p.ChanSlug)
	}
	if a.Login == "" {
		a.Login = slugOf(p.Username)
	}
	if a.ID == "0" {
		a.ID = ""
	}
	if p.Identity != nil {
		a.Roles = roles(p.Identity.Badges)
	}
	return a
}

// giver is the author of a gift, who may be unknown.
func (p *person) giver() chat.Author {
	if p.Anonymous || p.Username == "" || (p.Username == anonymousName && p.ID == "" && p.UserID == "") {
		return chat.Author{ID: anonymousID, Login: anonymousID, Name: anonymousName}
	}
	return p.author()
}

// slugOf is what the platform makes of a name in addresses.
func slugOf(username string) string {
	return strings.ReplaceAll(strings.ToLower(username), "_", "-")
}

// roles reads the badges. Staff and verified badges are no roles in a channel,
// and who gave subscriptions need not have one.
func roles(badges []badge) chat.Roles {
	r := chat.Everyone
	for _, b := range badges {
		switch b.Type {
		case "broadcaster":
			r |= chat.Broadcaster
		case "moderator":
			r |= chat.Moderator
		case "vip":
			r |= chat.VIP
		case "subscriber", "founder", "og":
			r |= chat.Subscriber
		}
	}
	return r
}

// emote is how the wire writes a picture in a text.
var emote = regexp.MustCompile(`\[emote:[0-9]{1,20}:([^\[\]]{0,64})\]`)

// plain gives pictures the name that people type for them.
func plain(content string) string {
	if !strings.Contains(content, "[emote:") {
		return content
	}
	return emote.ReplaceAllString(content, "$1")
}

// secondsUntil is how long a ban lasts, in whole seconds; 0 for good.
func secondsUntil(end, from time.Time) int64 {
	if end.IsZero() {
		return 0
	}
	left := end.Sub(from)
	return max(1, int64((left+time.Second-1)/time.Second))
}

// broadcastID names a broadcast by its channel and its beginning: the official
// API has no other name for one.
func broadcastID(channel string, started time.Time) string {
	if started.IsZero() {
		return ""
	}
	return channel + "-" + strconv.FormatInt(started.Unix(), 10)
}

// derivedPrefix begins the ids that the platform did not give.
const derivedPrefix = "sha-"

// identify gives an event without an id one of its content and its time, so that
// the same telling gives the same id on every host. Where the platform tells no
// time, the hour in which it was received stands in: what people do again later
// is something new.
func identify(e *chat.Event, timed bool, content ...string) {
	if e.MessageID != "" {
		return
	}
	at := e.SentAt
	if !timed {
		at = e.ReceivedAt.Truncate(time.Hour)
	}
	parts := append([]string{e.Channel, string(e.Kind), e.Author.Login, e.Target, strconv.FormatInt(e.Amount, 10), at.UTC().Format(time.RFC3339Nano)}, content...)
	hash := sha256.New()
	for _, part := range parts {
		hash.Write(strconv.AppendInt(nil, int64(len(part)), 10))
		hash.Write([]byte{':'})
		hash.Write([]byte(part))
	}
	e.MessageID = derivedPrefix + hex.EncodeToString(hash.Sum(nil)[:16])
}

// printOf is what both tellings of one thing have in common.
func printOf(e *chat.Event, parts ...string) string {
	return strings.Join(append([]string{string(e.Kind), e.Channel}, parts...), "\x00")
}
