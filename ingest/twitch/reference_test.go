package twitch

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	irc "github.com/gempir/go-twitch-irc/v4"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// This file reads chat lines with the library's parser. Our own has to agree
// with it, but for what is listed in TestWhereTheLibraryIsWrong.

// viaLibrary makes an event of a chat line with the library's parser. It reports
// false where the library gives up on the line or finds no message in it.
func viaLibrary(line string, at place, mend func(*irc.PrivateMessage)) (chat.Event, bool) {
	message, err := parse(line)
	m, ok := message.(*irc.PrivateMessage)
	if err != nil || !ok || m.Channel == "" {
		return chat.Event{}, false
	}
	mend(m)
	h, _ := peek([]byte(line))
	return fromLibrary(m, string(h.login()), at)
}

// fromLibrary makes an event of what the library's parser gives.
func fromLibrary(m *irc.PrivateMessage, login string, at place) (chat.Event, bool) {
	text := m.Message
	if rest, cutOff := strings.CutPrefix(text, "\x01ACTION"); cutOff {
		text = strings.TrimPrefix(rest, " ")
	}
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
		Platform: chat.Twitch, MessageID: m.ID, CreatorID: at.creatorID, Channel: at.channel,
		Author: chat.Author{ID: userID, Login: strings.ToLower(login), Name: m.User.DisplayName, Roles: libraryRoles(&m.User)},
		Text:   text, SentAt: at.received, ReceivedAt: at.received, ReplyTo: m.Tags["reply-parent-msg-id"],
	}
	if ms, err := strconv.ParseInt(m.Tags["tmi-sent-ts"], 10, 64); err == nil && ms >= earliestSent && ms <= latestSent {
		event.SentAt = time.UnixMilli(ms).UTC()
	}
	if event.MessageID == "" || len(event.MessageID) > maxID {
		event.MessageID = string(derivedID([]byte(at.channel), []byte(userID), []byte(m.Tags["tmi-sent-ts"]), []byte(m.ID), []byte(text), nil))
	}
	if event.Author.Name == "" {
		event.Author.Name = event.Author.Login
	}
	if source := m.Tags["source-room-id"]; source != m.RoomID {
		event.SharedFrom = source
	}
	if m.Bits > 0 {
		event.Kind, event.Amount, event.Unit = chat.Paid, int64(m.Bits), "bits"
	}
	event.Self = at.ownLogin != "" && (event.Author.Login == at.ownLogin || (at.ownID != "" && userID == at.ownID))
	return event, true
}

func libraryRoles(user *irc.User) chat.Roles {
	names := map[string]chat.Roles{
		"broadcaster": chat.Broadcaster, "moderator": chat.Moderator, "lead_moderator": chat.Moderator, "vip": chat.VIP, "subscriber": chat.Subscriber, "founder": chat.Subscriber,
	}
	roles := chat.Everyone
	if user.IsMod {
		roles |= chat.Moderator
	}
	for badge := range user.Badges {
		roles |= names[badge]
	}
	return roles
}

// unescaped undoes a tag's escapes by the words of the specification, in one
// pass from left to right.
var unescaped = strings.NewReplacer(`\:`, ";", `\s`, " ", `\\`, `\`, `\r`, "\r", `\n`, "\n", `\`, "")

// mended gives the library's message the values that its tags have by the
// specification. changed tells whether that made a difference.
func mended(line string, m *irc.PrivateMessage) (changed bool) {
	h, _ := peek([]byte(line))
	right := map[string]string{}
	for item := range strings.SplitSeq(string(h.tags), ";") {
		key, value, _ := strings.Cut(item, "=")
		right[key] = strings.TrimSpace(unescaped.Replace(value))
	}
	for _, key := range []string{"badges", "display-name", "id", "mod", "reply-parent-msg-id", "room-id", "source-room-id", "tmi-sent-ts", "user-id", "bits"} {
		changed = changed || m.Tags[key] != right[key]
		m.Tags[key] = right[key]
	}
	m.ID, m.RoomID = right["id"], right["room-id"]
	m.Bits, _ = strconv.Atoi(right["bits"])
	m.User.ID, m.User.DisplayName, m.User.IsMod = right["user-id"], right["display-name"], right["mod"] == "1"
	m.User.Badges = map[string]int{}
	for badge := range strings.SplitSeq(right["badges"], ",") {
		name, _, _ := strings.Cut(badge, "/")
		m.User.Badges[name] = 0
	}
	if text, _ := h.text(); bytes.HasPrefix(text, []byte("\x01ACTION")) {
		inside, closed := action(text)
		changed = changed || m.Message != string(inside) || m.Action != closed
		m.Message, m.Action = string(inside), closed
	}
	return changed
}

// odd tells what the library is known to read otherwise than the specification:
// escapes other than \s and \:, actions that are not set off by a space, and
// spaces in rows between the parts of a line.
func odd(line string) bool {
	h, _ := peek([]byte(line))
	for item := range bytes.SplitSeq(h.tags, []byte{';'}) {
		_, value, _ := bytes.Cut(item, []byte{'='})
		value = bytes.TrimSuffix(value, []byte{'\\'})
		for i, c := range value {
			if c == '\\' && (i+1 == len(value) || (value[i+1] != 's' && value[i+1] != ':')) {
				return true
			}
		}
	}
	text, _ := h.text()
	inside, found := bytes.CutPrefix(text, []byte("\x01ACTION"))
	return found && !(slices.Equal(inside, []byte{1}) || (bytes.HasPrefix(inside, []byte(" ")) && !bytes.HasPrefix(inside, []byte(" \x01ACTION"))))
}

// agrees compares our reading of a chat line with the library's, and where the
// library is known to be wrong with the library's mended.
func agrees(t *testing.T, line string, got chat.Event, ok bool) {
	t.Helper()
	changed := false
	want, libraryOK := viaLibrary(line, here, func(m *irc.PrivateMessage) { changed = mended(line, m) })
	if !libraryOK {
		_, gaveUp := parse(line)
		require.True(t, !ok || gaveUp != nil || strings.Contains(line, "  "), "the library reads no message")
		return
	}
	require.True(t, ok, "the library reads a message")
	require.Equal(t, want, got)
	if !odd(line) {
		require.False(t, changed, "the library is right about this line")
		asIs, _ := viaLibrary(line, here, func(*irc.PrivateMessage) {})
		require.Equal(t, asIs, got)
	}
}
