package twitch

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAModeratorDeletesMessagesThroughHelix(t *testing.T) {
	t.Parallel()
	now := time.Now()
	dir := t.TempDir()
	s := open(t, dir, func(o *Options) { o.Clock = func() time.Time { return now } })
	a := serveAPI(t, s)
	try := func(query string, status int, words string) {
		t.Helper()
		got := a.helix("DELETE", "/moderation/chat?"+query, nil)
		require.Equal(t, status, got.status, got.raw)
		require.Contains(t, got.raw, words)
	}
	const bot = "broadcaster_id=500000002&moderator_id=500000001"
	m := s.speak(t, "spam")
	try(bot+"&message_id="+m.ID, http.StatusNoContent, "")
	require.True(t, s.Messages("", "", 1)[0].Deleted)
	try(bot+"&message_id="+m.ID, http.StatusNotFound, "was not found")
	try(bot+"&message_id=nothing", http.StatusNotFound, "was not found")

	elsewhere, err := s.Say(Utterance{Channel: "tidepool", User: "Ann", Text: "x"})
	require.NoError(t, err)
	try(bot+"&message_id="+elsewhere.ID, http.StatusNotFound, "was not found")
	old := s.speak(t, "old")
	now = now.Add(6*time.Hour + time.Second)
	try(bot+"&message_id="+old.ID, http.StatusNotFound, "more than 6 hours ago")

	for text, who := range map[string]Utterance{
		"the broadcaster's messages":   {User: "harborlights", Text: "mine"},
		"another moderator's messages": {User: "Mo", Text: "x", Roles: []string{RoleModerator}},
	} {
		said, err := s.Say(who)
		require.NoError(t, err)
		try(bot+"&message_id="+said.ID, http.StatusBadRequest, text)
	}
	own, err := s.Say(Utterance{User: "lanternbot", Text: "x", Roles: []string{RoleModerator}})
	require.NoError(t, err)
	try(bot+"&message_id="+own.ID, http.StatusNoContent, "")

	try("broadcaster_id=500000002", http.StatusBadRequest, "are required")
	try("broadcaster_id=500000002&moderator_id=500000003&message_id=x", http.StatusUnauthorized, "must match the user ID")
	strangers := s.speak(t, "y")
	a.token = "pebble-token"
	const pebble = "broadcaster_id=500000002&moderator_id=500000003&message_id="
	try(pebble+strangers.ID, http.StatusUnauthorized, "Missing scope: moderator:manage:chat_messages")
	for i := range s.state.Tokens {
		if s.state.Tokens[i].Access == "pebble-token" {
			s.state.Tokens[i].Scopes = append(s.state.Tokens[i].Scopes, scopeDelete)
		}
	}
	try(pebble+strangers.ID, http.StatusForbidden, "not one of the broadcaster's moderators")
	a.token = "nothing"
	try(bot+"&message_id="+strangers.ID, http.StatusUnauthorized, "Invalid OAuth token")

	a.token = botToken
	require.NoError(t, s.options.Faults.Set(TargetHelix, "503", 1))
	try(bot+"&message_id="+strangers.ID, http.StatusServiceUnavailable, "")
	require.False(t, s.Messages("", "", 1)[0].Deleted)
}

func TestDeletingTellsTheChatAndIsKnownAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, nil)
		w := dial(t, s).join("lanternbot", botToken, channel)
		m := s.speak(t, "spam")
		w.take()
		status, _ := s.deleteFor(s.seed.account("lanternbot"), s.seed.Channels[0], m.ID)
		require.Equal(t, http.StatusNoContent, status)
		require.True(t, containing(w.take(), "target-msg-id="+m.ID))
		require.NoError(t, s.Close())
		again := open(t, dir, nil)
		require.True(t, again.Messages("", "", 1)[0].Deleted)
		status, _ = again.deleteFor(again.seed.account("lanternbot"), again.seed.Channels[0], m.ID)
		require.Equal(t, http.StatusNotFound, status)
	})
}

func TestADeletionWithoutAMessageWipesTheChat(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	a := serveAPI(t, s)
	got := a.helix("DELETE", "/moderation/chat?broadcaster_id=500000002&moderator_id=500000001", nil)
	require.Equal(t, http.StatusNoContent, got.status)
}
