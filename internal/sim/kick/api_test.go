package kick

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnApplicationSpeaksAsTheUserAndAsTheBot(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	c := w.join(chatRoom)
	asked := w.say("!ping")
	c.event("ChatMessageEvent")
	sent := w.post(botToken, "/public/v1/chat", `{"type":"user","broadcaster_user_id":7000002,"content":"pong","reply_to_message_id":"`+asked.ID+`"}`)
	require.Equal(t, http.StatusOK, sent.status, sent.text)
	require.Equal(t, true, sent.json(t, "data", "is_sent"))
	require.Equal(t, "OK", sent.json(t, "message"))
	heard := c.event("ChatMessageEvent")
	require.Equal(t, sent.json(t, "data", "message_id"), dig(t, heard, "id"))
	require.Equal(t, asked.ID, dig(t, heard, "metadata", "original_message", "id"))
	require.Equal(t, "moderator", dig(t, heard, "sender", "identity", "badges", 0, "type"))

	require.Equal(t, http.StatusOK, w.post(creatorToken, "/public/v1/chat", `{"type":"bot","content":"as the bot"}`).status)
	require.Equal(t, "LanternBot", dig(t, c.event("ChatMessageEvent"), "sender", "username"))
	require.Len(t, w.Messages("", asked.ID, 10), 2)
}

func TestMessagesThatCannotBeSentAreRefused(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), func(o *Options) { o.Limits.Messages = 2 })
	send := func(token, body string) reply { return w.post(token, "/public/v1/chat", body) }
	text := func(n int) string {
		return fmt.Sprintf(`{"type":"user","broadcaster_user_id":7000002,"content":"%s"}`, strings.Repeat("é", n))
	}
	for body, status := range map[string]int{
		`{`: 400, `{"type":"user","content":"x"}`: 400, `{"type":"ghost","broadcaster_user_id":7000002,"content":"x"}`: 400,
		text(0): 400, text(501): 400, `{"type":"user","broadcaster_user_id":1,"content":"x"}`: 404,
		`{"type":"user","broadcaster_user_id":7000002,"content":"x","reply_to_message_id":"nothing"}`: 404,
	} {
		require.Equal(t, status, send(botToken, body).status, body)
	}
	require.Equal(t, 401, send("wrong", text(1)).status)
	require.Equal(t, 401, send("", text(1)).status)
	require.NoError(t, w.Ban("", "Pebble", 0))
	require.Equal(t, 403, send("pebble-token", text(1)).status)
	require.Equal(t, 200, send(botToken, text(500)).status)
	require.Equal(t, 200, send(botToken, text(1)).status)
	limited := send(botToken, text(1))
	require.Equal(t, 429, limited.status)
	require.NotEmpty(t, limited.header.Get("Retry-After"))
	require.Equal(t, 403, w.get("pebble-token", "/public/v1/users").status, "without the scope")
}

func TestSendingFailsAsItIsTold(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	body := `{"type":"user","broadcaster_user_id":7000002,"content":"hello"}`
	send := func() reply { return w.post(botToken, "/public/v1/chat", body) }
	w.fault(TargetChat, "not_sent", 1)
	require.Equal(t, false, send().json(t, "data", "is_sent"))
	w.fault(TargetChat, "close_before", 1)
	require.Error(t, send().err)
	require.Empty(t, w.Messages("", "", 10))
	w.fault(TargetChat, "close_after", 1)
	require.Error(t, send().err)
	require.Len(t, w.Messages("", "", 10), 1, "it was accepted and nobody said so")
	for _, kind := range []string{"401", "403", "429", "500", "503"} {
		w.fault(TargetChat, kind, 1)
		refused := send()
		require.Equal(t, kind, fmt.Sprint(refused.status))
		require.Equal(t, kind == "429", refused.header.Get("Retry-After") != "")
	}
	w.fault(TargetChat, "truncate", 1)
	require.Error(t, send().err)
	w.fault(TargetAPI, "malformed", 1)
	require.NotContains(t, w.get(botToken, "/public/v1/channels?slug=harborlights").text, "]")
	require.Equal(t, http.StatusOK, send().status)
}

func TestChannelsLivestreamsAndUsersAreDescribed(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	channel := w.get(botToken, "/public/v1/channels?slug=harborlights")
	require.EqualValues(t, creatorID, channel.json(t, "data", 0, "broadcaster_user_id"))
	require.Equal(t, true, channel.json(t, "data", 0, "stream", "is_live"))
	require.Equal(t, "harborlights", w.get(botToken, fmt.Sprintf("/public/v1/channels?broadcaster_user_id=%d", creatorID)).json(t, "data", 0, "slug"))
	require.Len(t, w.get(botToken, "/public/v1/channels?slug=harborlights&slug=tide-pool&slug=nobody").json(t, "data"), 2)
	require.Equal(t, 400, w.get(botToken, "/public/v1/channels?slug=a&broadcaster_user_id=1").status)
	require.Equal(t, "harborlights", w.get(creatorToken, "/public/v1/channels").json(t, "data", 0, "slug"))

	require.Len(t, w.get(botToken, "/public/v2/livestreams").json(t, "data"), 1)
	require.NoError(t, w.SetLive("", false))
	require.Empty(t, w.get(botToken, fmt.Sprintf("/public/v2/livestreams?broadcaster_user_id=%d", creatorID)).json(t, "data"))
	require.Equal(t, false, w.get(botToken, "/public/v1/channels?slug=harborlights").json(t, "data", 0, "stream", "is_live"))

	require.Equal(t, "LanternBot", w.get(botToken, "/public/v1/users").json(t, "data", 0, "name"))
	require.Equal(t, "HarborLights", w.get(botToken, fmt.Sprintf("/public/v1/users?id=%d", creatorID)).json(t, "data", 0, "name"))
	require.Equal(t, 404, w.get(botToken, "/public/v1/nothing").status)
}

func TestModeratorsDeleteAndBanThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	c := w.join(chatRoom)
	m := w.say("spam")
	who := dig(t, c.event("ChatMessageEvent"), "sender", "id")
	remove := func(token string) int { return w.call(token, http.MethodDelete, "/public/v1/chat/"+m.ID, "").status }
	require.Equal(t, 403, remove("pebble-token"))
	require.Equal(t, 204, remove(botToken))
	c.event("MessageDeletedEvent")
	require.Equal(t, 404, remove(botToken))
	require.True(t, w.Messages("", "", 1)[0].Deleted)

	ban := fmt.Sprintf(`{"broadcaster_user_id":7000002,"user_id":%.0f,"duration":10,"reason":"spam"}`, who)
	require.Equal(t, 403, w.post("pebble-token", "/public/v1/moderation/bans", ban).status)
	require.Equal(t, 400, w.post(botToken, "/public/v1/moderation/bans", `{}`).status)
	require.Equal(t, 200, w.post(botToken, "/public/v1/moderation/bans", ban).status)
	require.Equal(t, "lanternbot", dig(t, c.event("UserBannedEvent"), "banned_by", "slug"))
	require.Equal(t, 200, w.call(botToken, http.MethodDelete, "/public/v1/moderation/bans", ban).status)
	c.event("UserUnbannedEvent")
}

func TestTheSiteTellsTheChatroomUnlessItsGatekeeperRefuses(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	site := w.get("", "/api/v2/channels/harborlights")
	require.EqualValues(t, 9000002, site.json(t, "chatroom", "id"))
	require.EqualValues(t, creatorID, site.json(t, "user_id"))
	require.Equal(t, w.options.Playlist, site.json(t, "playback_url"))
	require.Equal(t, true, site.json(t, "livestream", "is_live"))
	require.Nil(t, w.get("", "/api/v2/channels/tide-pool").json(t, "livestream"))
	require.Equal(t, 404, w.get("", "/api/v2/channels/nobody").status)
	w.fault(TargetSite, "403", 1)
	refused := w.get("", "/api/v2/channels/harborlights")
	require.Equal(t, []any{403, "challenge"}, []any{refused.status, refused.header.Get("Cf-Mitigated")})
	require.Contains(t, refused.text, "Just a moment")
}

func TestRequestsAreLimited(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w := build(t, t.TempDir(), func(o *Options) { o.Limits.Requests = 2; o.Clock = func() time.Time { return now } })
	for _, status := range []int{200, 200, 429} {
		answer := w.get(botToken, "/public/v2/livestreams")
		require.Equal(t, status, answer.status)
		if status == 429 {
			require.Equal(t, "60", answer.header.Get("Retry-After"))
		}
	}
	require.Equal(t, 200, w.get(creatorToken, "/public/v2/livestreams").status, "each account has its own")
}

func TestAKilledWorldIsFoundAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := build(t, dir, nil)
	m := first.say("remember me")
	require.NoError(t, first.Ban("", "Spammer", 0))
	require.NoError(t, first.SetLive("", false))
	require.NoError(t, first.Delete(m.ID))
	key, err := first.PublicKey()
	require.NoError(t, err)

	second := build(t, dir, nil) // on the same folder, as after a kill
	require.Equal(t, first.Messages("", "", 10), second.Messages("", "", 10))
	require.False(t, second.Live(""))
	_, err = second.Say(Utterance{User: "Spammer", Text: "hi"})
	require.Error(t, err)
	again, err := second.PublicKey()
	require.NoError(t, err)
	require.Equal(t, key, again)
}
