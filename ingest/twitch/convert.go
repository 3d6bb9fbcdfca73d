package twitch

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	irc "github.com/gempir/go-twitch-irc/v4"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Identifiers longer than this are not the platform's own.
const maxID = 128

// Message times outside of these years are not believed.
var (
	earliestSent = time.Date(2007, 1, 1, 0, 0, 0, 0, time.UTC)
	latestSent   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// place is where a message was read: what the wire does not say.
type place struct {
	creatorID string
	channel   string
	ownLogin  string
	ownID     string
	received  time.Time
}

// convert makes an event of a chat message. It reports false when the message
// has no author or no text. The event holds no memory of the line.
func convert(m *irc.PrivateMessage, login string, at place) (chat.Event, bool) {
	text := action(m.Message)
	userID := m.User.ID
	if login == "" {
		login = strings.ToLower(m.User.DisplayName)
	}
	if userID == "" {
		userID = login
	}
	if userID == "" || len(userID) > maxID || (text == "" && !m.Action) {
		return chat.Event{}, false
	}
	event := chat.Event{
		Platform:   chat.Twitch,
		MessageID:  m.ID,
		CreatorID:  at.creatorID,
		Channel:    at.channel,
		Author:     chat.Author{ID: userID, Login: strings.ToLower(login), Name: m.User.DisplayName, Roles: roles(&m.User)},
		Text:       text,
		SentAt:     sentAt(m.Tags["tmi-sent-ts"], at.received),
		ReceivedAt: at.received,
		ReplyTo:    m.Tags["reply-parent-msg-id"],
	}
	if event.MessageID == "" || len(event.MessageID) > maxID {
		event.MessageID = derivedID(at.channel, userID, m.Tags["tmi-sent-ts"], m.ID, text)
	}
	if event.Author.Name == "" {
		event.Author.Name = event.Author.Login
	}
	if source := m.Tags["source-room-id"]; source != "" && source != m.RoomID {
		event.SharedFrom = source
	}
	event.Self = at.ownLogin != "" && (event.Author.Login == at.ownLogin || (at.ownID != "" && userID == at.ownID))
	detach(&event)
	return event, true
}

// action unwraps what /me makes of a text.
func action(text string) string {
	const mark = "\x01ACTION"
	if strings.HasPrefix(text, mark) {
		text = strings.TrimPrefix(strings.TrimSuffix(text[len(mark):], "\x01"), " ")
	}
	return text
}

// roles reads the badges. Staff and partner badges are no roles in a channel.
func roles(user *irc.User) chat.Roles {
	r := chat.Everyone
	if user.IsMod {
		r |= chat.Moderator
	}
	for badge := range user.Badges {
		switch badge {
		case "broadcaster":
			r |= chat.Broadcaster
		case "moderator":
			r |= chat.Moderator
		case "vip":
			r |= chat.VIP
		case "subscriber", "founder":
			r |= chat.Subscriber
		}
	}
	return r
}

func sentAt(tag string, received time.Time) time.Time {
	ms, err := strconv.ParseInt(tag, 10, 64)
	if err != nil {
		return received
	}
	sent := time.UnixMilli(ms).UTC()
	if sent.Before(earliestSent) || sent.After(latestSent) {
		return received
	}
	return sent
}

// derivedID stands in for a missing message id: the same line gives the same id
// on every host.
func derivedID(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		hash.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return "sha-" + hex.EncodeToString(hash.Sum(nil)[:16])
}

// detach copies the event's strings into memory of their own size: slices of
// the line would keep all of its tags alive as long as the event is queued.
func detach(e *chat.Event) {
	fields := [...]*string{&e.MessageID, &e.Author.ID, &e.Author.Login, &e.Author.Name, &e.Text, &e.ReplyTo, &e.SharedFrom}
	size := 0
	for _, f := range fields {
		size += len(*f)
	}
	var b strings.Builder
	b.Grow(size)
	for _, f := range fields {
		b.WriteString(*f)
	}
	all := b.String()
	for _, f := range fields {
		*f, all = all[:len(*f)], all[len(*f):]
	}
}
